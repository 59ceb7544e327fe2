//! YAML → [`Scenario`] (as written) → [`Plan`](plan::Plan) (resolved).

pub mod expectation;
pub mod finding;
pub mod impairment;
pub mod plan;
pub mod text;
pub mod units;
