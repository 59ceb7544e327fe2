//! An analysis for the terminal and for programs.
