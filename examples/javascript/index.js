"use strict";

const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { ProjectClientCert } = require("pulumi-vercel-client-cert");

const config = new pulumi.Config();

const clientCert = new ProjectClientCert("client-cert", {
    project: config.require("project"),
    origin: config.get("origin"), // not set: for the whole project
    cert: fs.readFileSync(config.require("certFile"), "utf8"),
    key: { file: config.require("keyFile") },
    ca: fs.readFileSync(config.require("caFile"), "utf8"),
});

exports.certId = clientCert.certId;
exports.fingerprint = clientCert.fingerprint;
exports.notAfter = clientCert.notAfter;
