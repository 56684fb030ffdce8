import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

const config = new pulumi.Config();
const projects = config.requireObject<string[]>("projects");

const material = {
    cert: fs.readFileSync(config.require("certFile"), "utf8"),
    key: { file: config.require("keyFile") },
    ca: fs.readFileSync(config.require("caFile"), "utf8"),
};

export const certIds: Record<string, pulumi.Output<string>> = {};
for (const project of projects) {
    // The name of the resource comes from the project, so that the order in the list means nothing.
    const clientCert = new ProjectClientCert(`client-cert-${project}`, {
        project,
        origin: config.require("origin"),
        ...material,
    });
    certIds[project] = clientCert.certId;
}
