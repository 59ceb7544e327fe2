//! What must be seen of netem in a kernel that has it.

mod chance;
mod engines;
mod lanes;
mod pair;
mod time;

pub(crate) use chance::a_seed_loses_the_same_packets;
pub(crate) use engines::{
    no_seed_is_taken_where_the_kernel_knows_none, without_netem_it_is_said, without_prio_it_is_said,
};

/// Every check that holds on any kernel with netem and prio.
pub(crate) const ALL: [fn(); 18] = [
    engines::everything_is_taken_and_read_back,
    engines::auto_takes_netem_where_no_chance_is_asked,
    engines::what_is_dropped_is_gone,
    chance::loss_is_the_share_that_was_asked,
    chance::duplicates_are_the_share_that_was_asked,
    chance::a_bad_state_loses_and_a_good_one_passes,
    chance::a_good_state_may_lose_too,
    chance::flipped_bits_reach_no_program,
    time::a_delay_is_not_less_and_not_double,
    time::jitter_fills_its_range,
    time::a_distribution_is_centred_on_the_delay,
    time::a_distribution_is_forgotten_when_the_link_changes,
    time::a_rate_counts_the_ip_packet_and_the_overhead,
    time::every_fifth_packet_goes_past_the_others,
    time::a_queue_holds_its_limit_and_no_more,
    time::what_is_under_way_stays_when_the_link_changes,
    lanes::what_is_asked_toward_a_host_is_all_that_happens_to_its_packets,
    lanes::what_is_asked_toward_a_host_happens_to_its_packets,
];
