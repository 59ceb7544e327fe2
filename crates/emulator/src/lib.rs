//! The seeded link emulator: pure, without clock or I/O.
