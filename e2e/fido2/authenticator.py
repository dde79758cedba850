"""A browser's half and an authenticator's, of python-fido2 and cryptography: neither has seen a line of ours.

Reads one request a line, as JSON, and answers with one line. A request may ask for something that is not so (`lie`).
"""

import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from fido2.cose import ES256, RS256, EdDSA
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    RegistrationResponse,
)

FLAG = AuthenticatorData.FLAG
NO_AAGUID = bytes(16)

# By COSE algorithm: a new key, its public half for the server, and how it signs.
ALGORITHMS = {
    -7: (
        lambda: ec.generate_private_key(ec.SECP256R1()),
        ES256,
        lambda key, data: key.sign(data, ec.ECDSA(hashes.SHA256())),
    ),
    -8: (
        ed25519.Ed25519PrivateKey.generate,
        EdDSA,
        lambda key, data: key.sign(data),
    ),
    -257: (
        lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
        RS256,
        lambda key, data: key.sign(data, padding.PKCS1v15(), hashes.SHA256()),
    ),
}

passkeys = {}


def authenticator_data(rp_id, lie, credential_data=b""):
    flags = FLAG.UP if lie == "no user verification" else FLAG.UP | FLAG.UV
    if credential_data:
        flags |= FLAG.AT
    rp_id = "evil.example" if lie == "another domain" else rp_id
    return AuthenticatorData.create(
        hashlib.sha256(rp_id.encode()).digest(), flags, 0, credential_data
    )


def client_data(kind, options, origin, lie):
    other = {"webauthn.get": "webauthn.create", "webauthn.create": "webauthn.get"}
    return CollectedClientData.create(
        type=other[kind] if lie == "another ceremony" else kind,
        challenge=websafe_decode(options["challenge"]),
        origin="https://evil.example" if lie == "another origin" else origin,
        cross_origin=lie == "a frame of another site",
    )


def create(options, origin, algorithm, lie):
    assert algorithm in [param["alg"] for param in options["pubKeyCredParams"]]
    make_key, cose, _ = ALGORITHMS[algorithm]
    key, credential_id = make_key(), os.urandom(32)
    passkeys[algorithm] = (key, credential_id, websafe_decode(options["user"]["id"]))
    public_key = cose.from_cryptography_key(key.public_key())
    attested = AttestedCredentialData.create(NO_AAGUID, credential_id, public_key)
    data = authenticator_data(options["rp"]["id"], lie, attested)
    return RegistrationResponse(
        raw_id=credential_id,
        response=AuthenticatorAttestationResponse(
            client_data=client_data("webauthn.create", options, origin, lie),
            attestation_object=AttestationObject.create("none", data, {}),
        ),
    )


def get(options, origin, algorithm, lie):
    key, credential_id, user_handle = passkeys[algorithm]
    data = authenticator_data(options["rpId"], lie)
    client = client_data("webauthn.get", options, origin, lie)
    signed = data + (bytes(32) if lie == "another challenge's signature" else client.hash)
    _, _, sign = ALGORITHMS[algorithm]
    return AuthenticationResponse(
        raw_id=credential_id,
        response=AuthenticatorAssertionResponse(
            client_data=client,
            authenticator_data=data,
            signature=sign(key, signed),
            user_handle=user_handle,
        ),
    )


for line in sys.stdin:
    request = json.loads(line)
    ceremony = {"create": create, "get": get}[request.pop("ceremony")]
    print(json.dumps(dict(ceremony(**request))), flush=True)
