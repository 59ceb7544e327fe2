//! Plays one host: link, captures, peers, reports to the coordinator.
