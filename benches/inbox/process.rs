//! What a process takes, where the system tells: with everything that it started, since some programs are
//! several.

use std::fs;
use std::time::Duration;

/// Time that it has had a processor for.
pub fn processor_time(pid: u32) -> Option<Duration> {
    let mut nanos = 0;
    for pid in family(pid) {
        for task in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
            let path = task.ok()?.path().join("schedstat");
            let told = fs::read_to_string(path).ok()?;
            nanos += told.split(' ').next()?.parse::<u64>().ok()?;
        }
    }
    Some(Duration::from_nanos(nanos))
}

/// Resident memory in MiB.
pub fn memory(pid: u32) -> Option<f64> {
    let mut kilobytes = 0.0;
    for pid in family(pid) {
        let told = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        kilobytes += line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()?;
    }
    Some(kilobytes / 1024.0)
}

fn family(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    let mut at = 0;
    while let Some(pid) = all.get(at).copied() {
        at += 1;
        for task in fs::read_dir(format!("/proc/{pid}/task"))
            .into_iter()
            .flatten()
        {
            let children = task.map(|task| task.path().join("children"));
            let told = children.and_then(fs::read_to_string).unwrap_or_default();
            all.extend(
                told.split_whitespace()
                    .filter_map(|id| id.parse::<u32>().ok()),
            );
        }
    }
    all
}
