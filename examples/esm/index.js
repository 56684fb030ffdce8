import { readFile } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

const config = new pulumi.Config();

const clientCert = new ProjectClientCert("client-cert", {
    project: config.require("project"),
    origin: config.get("origin"), // not set: for the whole project
    cert: await readFile(config.require("certFile"), "utf8"),
    key: { file: config.require("keyFile") },
    ca: await readFile(config.require("caFile"), "utf8"),
});

export const { certId, fingerprint, notAfter } = clientCert;
