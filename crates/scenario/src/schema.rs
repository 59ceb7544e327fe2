//! The JSON Schema of the scenario format (draft 2020-12), for editors.
//!
//! It is made from the declaration that decodes, so it knows every key. It knows nothing of what
//! concerns several keys at once: `tinygram check` does.

#[cfg(test)]
mod tests;

use crate::{
    shape::{Form, Object, Shape, flow},
    written::Scenario,
};
use serde_json::{Map, Value, json};

/// The schema.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    let root = of_shape(Shape::Object(&Scenario::OBJECT), &mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tinygram scenario",
        "$ref": root["$ref"],
        "$defs": definitions,
    })
}

fn of_shape(shape: Shape, definitions: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Depends(what) => json!({"$comment": what}),
        // `send: [8, true]` means the texts.
        Shape::Text => json!({"type": ["string", "number", "boolean"]}),
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Integer(least, most) => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Shape::Signed(least, most) => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Shape::Form(form) => of_form(form),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::List(of) => json!({"type": "array", "items": of_shape(*of, definitions)}),
        Shape::Names(name, of) => json!({
            "type": "object",
            "propertyNames": {"pattern": name.pattern},
            "additionalProperties": of_shape(*of, definitions),
        }),
        Shape::Object(object) => of_object(object, definitions),
        Shape::OneOf(shapes) => {
            let each: Vec<Value> = shapes
                .iter()
                .map(|shape| of_shape(*shape, definitions))
                .collect();
            json!({"anyOf": each})
        }
    }
}

fn of_form(form: &Form) -> Value {
    json!({"type": "string", "pattern": form.pattern, "examples": [form.example]})
}

fn of_object(object: &'static Object, definitions: &mut Map<String, Value>) -> Value {
    let name = object.identifier();
    if !definitions.contains_key(&name) {
        // The place is taken before the keys are described, which may mention it again.
        definitions.insert(name.clone(), Value::Null);
        let keys: Map<String, Value> = object
            .keys
            .iter()
            .map(|key| {
                let mut value = of_shape(key.shape, definitions);
                value["description"] = flow(key.about).into();
                if !key.default.is_empty() {
                    value["description"] =
                        format!("{} Default: {}.", flow(key.about), key.default).into();
                }
                (key.name.to_owned(), value)
            })
            .collect();
        definitions.insert(
            name.clone(),
            json!({
                "type": "object",
                "description": flow(object.about),
                "properties": keys,
                "additionalProperties": false,
            }),
        );
    }
    json!({"$ref": format!("#/$defs/{name}")})
}
