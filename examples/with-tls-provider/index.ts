import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

const HOURS_PER_DAY = 24;

const config = new pulumi.Config();

const authorityKey = new tls.PrivateKey("authority", { algorithm: "ECDSA", ecdsaCurve: "P256" });
const authority = new tls.SelfSignedCert("authority", {
    privateKeyPem: authorityKey.privateKeyPem,
    subject: { commonName: "Clients Root" },
    isCaCertificate: true,
    setSubjectKeyId: true,
    allowedUses: ["cert_signing", "crl_signing"],
    validityPeriodHours: 3650 * HOURS_PER_DAY,
});

const clientKey = new tls.PrivateKey("client", { algorithm: "ECDSA", ecdsaCurve: "P256" });
const request = new tls.CertRequest("client", {
    privateKeyPem: clientKey.privateKeyPem,
    subject: { commonName: "billing-client" },
});
const client = new tls.LocallySignedCert("client", {
    certRequestPem: request.certRequestPem,
    caPrivateKeyPem: authorityKey.privateKeyPem,
    caCertPem: authority.certPem,
    allowedUses: ["digital_signature", "client_auth"],
    validityPeriodHours: 90 * HOURS_PER_DAY,
    earlyRenewalHours: 30 * HOURS_PER_DAY,
});

const clientCert = new ProjectClientCert("client-cert", {
    project: config.require("project"),
    origin: config.require("origin"),
    cert: client.certPem,
    key: clientKey.privateKeyPemPkcs8,
    ca: authority.certPem,
});

export const certId = clientCert.certId;
export const notAfter = clientCert.notAfter;
/** For the trust store of the origin. */
export const authorityCert = authority.certPem;
