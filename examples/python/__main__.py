from pathlib import Path

import pulumi


class ProjectClientCert(pulumi.CustomResource):
    """What `pulumi package add` generates does the same, with types."""

    certId: pulumi.Output[str]
    fingerprint: pulumi.Output[str]
    notAfter: pulumi.Output[str]

    def __init__(self, name, opts=None, **args):
        outputs = {"certId": None, "fingerprint": None, "notAfter": None}
        super().__init__("vercel-client-cert:index:ProjectClientCert", name, {**outputs, **args}, opts)


config = pulumi.Config()

client_cert = ProjectClientCert(
    "client-cert",
    project=config.require("project"),
    origin=config.require("origin"),
    cert=Path("client.pem").read_text(),
    # Only the path goes into the state; the provider reads the file when it uploads.
    key={"file": "client.key"},
    ca=Path("ca.pem").read_text(),
)

pulumi.export("certId", client_cert.certId)
pulumi.export("fingerprint", client_cert.fingerprint)
pulumi.export("notAfter", client_cert.notAfter)
