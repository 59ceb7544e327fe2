//! Puts a link's impairments into force on a Linux interface.
