// Receives webhooks of a running server and verifies them with what receivers in other languages use: `jose` for the runtime token,
// `standardwebhooks` for its scheme, and node's own HMAC for the other two. Usage: node verify.mjs <address> <administrator's token>
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { Webhook } from "standardwebhooks";

const [address, token] = process.argv.slice(2);
const patience = AbortSignal.timeout(60_000);

const got = new Map();
let arrived = () => {};
const receiver = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  got.set(request.url, { headers: request.headers, body: Buffer.concat(pieces).toString("utf8") });
  response.end("{}");
  arrived();
});
receiver.listen(0, "127.0.0.1");
await once(receiver, "listening");
const here = `http://127.0.0.1:${receiver.address().port}`;

/** What arrived at a path, awaited. */
async function at(path) {
  while (!got.has(path)) {
    patience.throwIfAborted();
    await new Promise((resolve) => {
      arrived = resolve;
      setTimeout(resolve, 500);
    });
  }
  return got.get(path);
}

async function post(path, body, headers = { Authorization: `Bearer ${token}` }) {
  const response = await fetch(address + path, {
    method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body), signal: patience,
  });
  const text = await response.text();
  assert.ok(response.ok, `POST ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

const hmac = (secret, text) => createHmac("sha256", secret).update(text, "utf8").digest("hex");
const tampered = (text) => text.replace("Verify", "Falsify");

const project = await post("/api/v1/projects", { project: { name: "Verified", project_key: "VER", visibility: "team" } });
const installed = await post("/api/v1/extensions", {
  project_id: "VER",
  manifest: {
    model_version: "1.0",
    extension: {
      id: "com.example.verifier", name: "Verifier", version: "1.0.0", delivery: "http", callback: { url: `${here}/extension` },
      permissions: ["issues:read", "webhooks"], hooks: [{ event: "issue.created" }],
    },
  },
});
const own = { "X-Kiket-API-Key": installed.api_key };
const subscribe = (path, scheme) =>
  post("/api/v1/ext/webhooks/subscribe", { url: here + path, events: ["issue.created"], signature_scheme: scheme }, own);
const standard = await subscribe("/standard", "standard");
const body = await subscribe("/body", "body");
const rotated = await subscribe("/rotated", "standard");
const rotation = await post(`/api/v1/ext/webhooks/${rotated.id}/rotate_secret`, {}, own);
assert.notEqual(rotation.secret, rotated.secret);

// Characters of two, three and four bytes: what is signed are bytes.
const issue = await post("/api/v1/issues", { project_key: "VER", issue: { title: 'Verify "ä€😀"\nthis' } });

{
  const { headers, body: raw } = await at("/extension/webhooks/issue.created");
  const told = JSON.parse(raw);
  assert.equal(told.issue.title, 'Verify "ä€😀"\nthis');
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", address));
  const rules = { issuer: "kiket.dev", algorithms: ["ES256"], requiredClaims: ["exp", "iat", "iss", "sub", "jti"], clockTolerance: 0 };
  const { payload, protectedHeader } = await jwtVerify(told.authentication.runtime_token, keys, rules);
  assert.ok(protectedHeader.kid);
  assert.equal(payload.aud, undefined);
  assert.equal(payload.proj_id, project.id);
  assert.equal(payload.ext_id, installed.id);
  assert.ok(payload.scopes.includes("issues:read"));
  assert.ok(payload.exp - payload.iat >= 300 && payload.exp - payload.iat <= 960, `lives ${payload.exp - payload.iat} s`);

  const [header, claims, signature] = told.authentication.runtime_token.split(".");
  const forged = Buffer.from(JSON.stringify({ ...payload, org_id: payload.org_id + 1 })).toString("base64url");
  assert.notEqual(forged, claims);
  await assert.rejects(jwtVerify([header, forged, signature].join("."), keys, rules), { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" });
  await assert.rejects(jwtVerify(told.authentication.runtime_token, keys, { ...rules, issuer: "elsewhere" }), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED" });

  assert.equal(headers["x-kiket-signature"], hmac(installed.webhook_secret, `${headers["x-kiket-timestamp"]}.${raw}`));
  console.log("jose verifies the runtime token; node's HMAC the signature with the timestamp.");
}

{
  const { headers, body: raw } = await at("/standard");
  assert.equal(new Webhook(standard.secret).verify(raw, headers).issue.id, issue.id);
  assert.throws(() => new Webhook(standard.secret).verify(tampered(raw), headers), /No matching signature/);
  assert.throws(() => new Webhook(rotation.secret).verify(raw, headers), /No matching signature/);
  const second = await at("/rotated");
  for (const secret of [rotated.secret, rotation.secret])
    assert.equal(new Webhook(secret).verify(second.body, second.headers).issue.id, issue.id);
  assert.throws(() => new Webhook(standard.secret).verify(second.body, second.headers), /No matching signature/);
  console.log("standardwebhooks verifies its scheme, after a rotation with either secret.");
}

{
  const { headers, body: raw } = await at("/body");
  assert.equal(headers["x-kiket-timestamp"], undefined);
  assert.equal(headers["x-kiket-signature"], hmac(body.secret, raw));
  console.log("node's HMAC verifies the signature of the body alone.");
}

receiver.closeAllConnections();
receiver.close();
