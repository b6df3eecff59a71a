//! What a program in a step sees: nothing of the runner, no way to its machine.

use crate::place::lines_of;
use crate::tiny_task::pairs;

#[tokio::test]
async fn finds_no_credential_and_no_way_to_one() {
    // Cargo sets this for every test, as an operator sets REGISTRY_PASSWORD.
    assert!(std::env::var("CARGO_PKG_NAME").is_ok());
    let (lines, _) = lines_of("environment", "env; exit 1\n", |_| {}).await;
    let names: Vec<_> = pairs(&lines).into_keys().collect();
    assert_eq!(
        names,
        [
            "CGO_ENABLED",
            "GOARCH",
            "GOCACHE",
            "GOENV",
            "GOLANG_VERSION",
            "GOMODCACHE",
            "GOOS",
            "GOPATH",
            "GOPROXY",
            "GOSUMDB",
            "GOTMPDIR",
            "GOTOOLCHAIN",
            "GOVCS",
            "GOWORK",
            "HOME",
            "HOSTNAME",
            "OLDPWD",
            "PATH",
            "PWD",
        ]
    );
    let script = "for at in /var/run/docker.sock /run/docker.sock; do ls $at; done\n\
        grep -v -e overlay -e tmpfs -e proc -e sysfs -e cgroup -e mqueue -e devpts /proc/mounts | cut -d' ' -f2\n\
        echo end\nexit 1\n";
    let (lines, _) = lines_of("mounts", script, |_| {}).await;
    let mounted: Vec<_> = lines
        .iter()
        .filter(|line| line.starts_with('/'))
        .map(String::as_str)
        .collect();
    let harmless = ["/cache", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts"];
    assert!(mounted.contains(&"/cache"), "{lines:?}");
    assert!(mounted.iter().all(|mount| harmless.contains(mount)), "{lines:?}");
    assert_eq!(
        lines.iter().filter(|line| line.contains("cannot access")).count(),
        2,
        "{lines:?}"
    );
}

#[tokio::test]
async fn has_no_network_no_rights_and_nothing_to_write_on() {
    let script = "echo uid=$(id -u)\n\
        grep -e CapEff -e CapBnd -e NoNewPrivs -e Seccomp: /proc/self/status | tr -d '\\t' | tr ':' '='\n\
        echo interfaces=$(ls /sys/class/net | tr '\\n' ' ')\n\
        for at in / /usr/local/bin /etc /dev/shm; do if touch $at/x; then echo \"wrote=$at\"; fi; done\n\
        exit 1\n";
    let (lines, _) = lines_of("rights", script, |_| {}).await;
    let found = pairs(&lines);
    assert_eq!(found["uid"], "65532");
    assert_eq!(found["CapEff"], "0000000000000000");
    assert_eq!(found["CapBnd"], "0000000000000000");
    assert_eq!(found["NoNewPrivs"], "1");
    assert_eq!(found["Seccomp"], "2");
    assert_eq!(found["interfaces"].trim(), "lo");
    assert_eq!(found.get("wrote"), None, "{lines:?}");
}

#[tokio::test]
async fn finds_no_socket_and_no_process_but_its_own() {
    let script = "echo sockets=$(find / -xdev -type s 2>/dev/null | wc -l)\n\
        echo unix=$(tail -n +2 /proc/net/unix | wc -l)\n\
        echo first=$(cat /proc/1/comm)\n\
        echo processes=$(ls -d /proc/[0-9]* | wc -l)\n\
        cat /proc/1/environ > /dev/null 2>&1 && echo environ=read\n\
        ls /proc/1/root/ > /dev/null 2>&1 && echo root=read\n\
        ls /proc/1/fd > /dev/null 2>&1 && echo fd=read\n\
        kill -0 1 2>/dev/null && echo first=mine\n\
        echo devices=$(find /dev -type b | wc -l)\n\
        exit 1\n";
    let (lines, _) = lines_of("sockets", script, |_| {}).await;
    let found = pairs(&lines);
    assert_eq!(found["sockets"], "0", "{lines:?}");
    assert_eq!(found["unix"], "0", "{lines:?}");
    assert_eq!(found["first"], "pelato-keep", "{lines:?}");
    assert!(found["processes"].parse::<usize>().unwrap() < 16, "{lines:?}");
    assert_eq!(found["devices"], "0", "{lines:?}");
    for refused in ["environ", "root", "fd"] {
        assert_eq!(found.get(refused), None, "{lines:?}");
    }
}

#[tokio::test]
async fn changes_nothing_of_the_machine() {
    let script = "try() { \"$@\" > /dev/null 2>&1 && echo \"did=$*\"; }\n\
        try mount -t tmpfs none /mnt\n\
        try mount -o remount,rw /\n\
        try unshare -U true\n\
        try unshare -m true\n\
        try mknod /tmp/disk b 8 0\n\
        try chroot / true\n\
        try sh -c 'echo 1 > /proc/sys/kernel/panic'\n\
        try sh -c 'echo b > /proc/sysrq-trigger'\n\
        try sh -c 'echo 999999 > /sys/fs/cgroup/pids.max'\n\
        try sh -c 'echo 999999 > /sys/fs/cgroup/pids/pids.max'\n\
        try sh -c 'echo x > /sys/fs/cgroup/release_agent'\n\
        try sh -c 'echo x > /sys/fs/cgroup/memory/release_agent'\n\
        try head -c 1 /proc/kcore\n\
        try dmesg\n\
        try sh -c 'ulimit -f unlimited'\n\
        echo end=1; exit 1\n";
    let (lines, _) = lines_of("machine", script, |_| {}).await;
    let found = pairs(&lines);
    assert_eq!(found["end"], "1", "{lines:?}");
    assert_eq!(found.get("did"), None, "{lines:?}");
}
