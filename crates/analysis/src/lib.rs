//! A run or a capture to streams, provenance, findings and a verdict.
