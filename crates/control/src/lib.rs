//! What coordinator and agents tell each other.
