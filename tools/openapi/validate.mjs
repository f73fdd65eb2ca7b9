// SPDX-License-Identifier: Apache-2.0
//
// Checks an OpenAPI document with the specification's own schema, and each of its examples with the schema beside it.
//   node validate.mjs FILE
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const faults = [];

const validator = new Validator();
const { valid, errors } = await validator.validate(structuredClone(document));
if (!valid) faults.push(JSON.stringify(errors, null, 2));
if (validator.version !== "3.1") faults.push(`checked as version ${validator.version}`);

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, "document");
const escaped = (key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
let examples = 0;
const used = new Set();

function walk(node, path) {
  if (typeof node !== "object" || node === null) return;
  if (typeof node.$ref === "string") used.add(node.$ref);
  const values = [...("example" in node ? [node.example] : []), ...Object.values(node.examples ?? {}).map((example) => example.value)];
  if (node.schema && values.length > 0) {
    const check = ajv.getSchema(`document#${path}/schema`);
    for (const value of values) {
      ++examples;
      if (!check(value)) faults.push(`${path}: the example ${JSON.stringify(value)} is not as its schema: ${ajv.errorsText(check.errors)}`);
    }
  }
  for (const [key, value] of Object.entries(node)) walk(value, `${path}/${escaped(key)}`);
}
walk(document, "");
for (const [kind, components] of Object.entries(document.components)) {
  if (kind === "securitySchemes") continue;
  for (const name of Object.keys(components)) {
    if (!used.has(`#/components/${kind}/${name}`)) faults.push(`nothing refers to #/components/${kind}/${name}`);
  }
}

console.log(faults.length === 0 ? `valid OpenAPI ${document.openapi}, ${examples} examples as their schemas` : faults.join("\n"));
process.exitCode = faults.length === 0 && examples > 0 ? 0 : 1;
