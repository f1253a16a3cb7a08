//! The memory that the system has for this process.

/// Returns the machine's memory in bytes, or the limit of this process's control group where that is lower; `None`
/// where the system does not say.
#[cfg(target_os = "linux")]
pub fn machine_bytes() -> Option<usize> {
    use procfs::Current as _;
    let machine = procfs::Meminfo::current().ok().map(|memory| memory.mem_total);
    let least = control_group_limit().into_iter().chain(machine).min()?;
    usize::try_from(least).ok()
}

/// The lowest limit of the process's control groups and those around them, of either version
/// (<https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files>,
/// <https://docs.kernel.org/admin-guide/cgroup-v1/memory.html>).
#[cfg(target_os = "linux")]
fn control_group_limit() -> Option<u64> {
    use std::path::Path;
    let groups = procfs::process::Process::myself().ok()?.cgroups().ok()?;
    let files = groups.0.iter().filter_map(|group| {
        // Version 2 has one hierarchy, number 0, for all controllers.
        let (root, file) = if group.hierarchy == 0 {
            ("/sys/fs/cgroup", "memory.max")
        } else if group.controllers.iter().any(|controller| controller == "memory") {
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
        } else {
            return None;
        };
        let path = Path::new(group.pathname.trim_start_matches('/'));
        Some(path.ancestors().map(|around| Path::new(root).join(around).join(file)).collect::<Vec<_>>())
    });
    // A group without a limit says "max" or a huge number, and the outermost one may have no such file.
    files.flatten().filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok()).min()
}

#[cfg(not(target_os = "linux"))]
pub const fn machine_bytes() -> Option<usize> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn linux_says_how_much_memory_there_is() {
        assert!(machine_bytes().unwrap() > 64 << 20);
    }
}
