import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

const config = new pulumi.Config();
// A name for each origin. It is the name of the resource, and of the folder with the three PEM files.
const origins = config.requireObject<Record<string, string>>("origins");

export const certificates: Record<string, Pick<ProjectClientCert, "certId" | "notAfter">> = {};
for (const [name, origin] of Object.entries(origins)) {
    const { certId, notAfter } = new ProjectClientCert(name, {
        project: config.require("project"),
        origin,
        cert: fs.readFileSync(`${name}/client.pem`, "utf8"),
        key: { file: `${name}/client.key` },
        ca: fs.readFileSync(`${name}/ca.pem`, "utf8"),
    });
    certificates[name] = { certId, notAfter };
}
