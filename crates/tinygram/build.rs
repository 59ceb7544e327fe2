//! Tells the code whether the lab has kernels to run in: Linux's interfaces, and the feature `kernels`
//! (off by `--no-default-features`, which shows on Linux what remains elsewhere).

fn main() {
    println!("cargo::rustc-check-cfg=cfg(kernels)");
    println!("cargo::rerun-if-changed=build.rs");
    let is_on = |variable: &str| std::env::var_os(variable);
    let linux = is_on("CARGO_CFG_TARGET_OS").is_some_and(|system| system == "linux");
    if linux && is_on("CARGO_FEATURE_KERNELS").is_some() {
        println!("cargo::rustc-cfg=kernels");
    }
}
