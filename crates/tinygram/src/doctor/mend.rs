//! How to mend what a machine can't do.

use super::checkup::Subject;
use control::State;
use scenario::text::Lang;

/// What to do about an ability in that state: commands, and whether it is needed at all.
pub(super) fn mend(subject: Subject, state: State, lang: Lang) -> &'static str {
    let (en, zh) = match (subject, state) {
        (Subject::Namespaces, _) => (
            "run as root, or as root, once:\n\
             sysctl user.max_user_namespaces=15000\n\
             sysctl kernel.unprivileged_userns_clone=1\n\
             \x20 (older Debian)\n\
             sysctl kernel.apparmor_restrict_unprivileged_userns=0\n\
             \x20 (Ubuntu 24.04)\n\
             in a container: give it CAP_SYS_ADMIN and CAP_NET_ADMIN",
            "以 root 运行，或者由 root 执行一次：\n\
             sysctl user.max_user_namespaces=15000\n\
             sysctl kernel.unprivileged_userns_clone=1\n\
             \x20 （较旧的 Debian）\n\
             sysctl kernel.apparmor_restrict_unprivileged_userns=0\n\
             \x20 （Ubuntu 24.04）\n\
             在容器里：给它 CAP_SYS_ADMIN 和 CAP_NET_ADMIN",
        ),
        (Subject::Link, State::Forbidden) => (
            "in a container: give it CAP_NET_ADMIN and CAP_NET_RAW",
            "在容器里：给它 CAP_NET_ADMIN 和 CAP_NET_RAW",
        ),
        (Subject::Link, _) => (
            "modprobe veth; the kernel needs CONFIG_VETH and CONFIG_PACKET",
            "modprobe veth；内核需要 CONFIG_VETH 和 CONFIG_PACKET",
        ),
        (Subject::Offloads, _) => (
            "give it CAP_NET_ADMIN; without it captures would show segments\n\
             that were never on a wire",
            "给它 CAP_NET_ADMIN；否则抓包里会出现线上从未有过的报文段",
        ),
        (Subject::Netem, _) => (
            "modprobe sch_netem\n\
             Ubuntu: apt install linux-modules-extra-$(uname -r)\n\
             Fedora, RHEL: dnf install kernel-modules-extra\n\
             not needed: the user-space link does the same",
            "modprobe sch_netem\n\
             Ubuntu：apt install linux-modules-extra-$(uname -r)\n\
             Fedora、RHEL：dnf install kernel-modules-extra\n\
             并非必需：用户态链路能做同样的事",
        ),
        (Subject::Tun, State::Forbidden) => (
            "chmod 666 /dev/net/tun\nnot needed: links are pairs of veth interfaces",
            "chmod 666 /dev/net/tun\n并非必需：链路用的是 veth 接口对",
        ),
        (Subject::Tun, _) => (
            "modprobe tun\nnot needed: links are pairs of veth interfaces",
            "modprobe tun\n并非必需：链路用的是 veth 接口对",
        ),
        (Subject::Uml, _) => (
            "apt install user-mode-linux\nonly needed for --backend uml",
            "apt install user-mode-linux\n只有 --backend uml 需要",
        ),
        (Subject::Docker, State::Forbidden) => (
            "usermod -aG docker $USER, then log in again\n\
             only needed for --backend docker",
            "usermod -aG docker $USER，然后重新登录\n\
             只有 --backend docker 需要",
        ),
        (Subject::Docker, _) => (
            "install Docker Engine, or: systemctl start docker\n\
             only needed for --backend docker and compose",
            "安装 Docker Engine，或者启动它：\n\
             systemctl start docker\n\
             只有 --backend docker 和 docker compose up 需要",
        ),
        (Subject::Image, _) => (
            "make image\nonly needed for --backend docker and compose",
            "make image\n只有 --backend docker 和 docker compose up 需要",
        ),
        (Subject::Sim, _) => ("nothing to mend", "无需修复"),
        (Subject::Compose, _) => (
            "apt install docker-compose\nonly needed for docker compose up",
            "apt install docker-compose\n只有 docker compose up 需要",
        ),
        (Subject::ReversePath, _) => (
            "sysctl net.ipv4.conf.all.rp_filter=1\n\
             only for containers that you don't trust:\n\
             docs/docker.md",
            "sysctl net.ipv4.conf.all.rp_filter=1\n\
             只在容器里运行不可信的程序时需要，\n\
             见 docs/docker.md",
        ),
        (Subject::Tshark, _) => (
            "apt install tshark\nonly needed for some tests",
            "apt install tshark\n只有一些测试需要",
        ),
    };
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}
