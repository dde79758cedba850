"""An application in Flask that signs people in with Authlib. Its credentials are those of the preset Env."""

import os
import secrets

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session, url_for

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)

permiso = OAuth(app).register(
    "permiso",
    client_id=os.environ["OIDC_CLIENT_ID"],
    client_secret=os.environ["OIDC_CLIENT_SECRET"],
    server_metadata_url=os.environ["OIDC_DISCOVERY_URL"],
    client_kwargs={
        "scope": "openid profile email groups",
        "code_challenge_method": "S256",
    },
)


@app.get("/")
def home():
    if "person" not in session:
        return permiso.authorize_redirect(url_for("callback", _external=True))
    return jsonify(session["person"])


@app.get("/callback")
def callback():
    token = permiso.authorize_access_token()
    session["person"] = token["userinfo"]
    session["id_token"] = token["id_token"]
    return redirect(url_for("home"))


@app.get("/sign-out")
def sign_out():
    id_token = session.pop("id_token")
    session.clear()
    return permiso.logout_redirect(
        url_for("signed_out", _external=True), id_token_hint=id_token
    )


@app.get("/signed-out")
def signed_out():
    permiso.validate_logout_response()
    return "You are signed out"


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ["PORT"]))
