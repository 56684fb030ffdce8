import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as vercel from "@pulumiverse/vercel";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

const config = new pulumi.Config();

const site = new vercel.Project("site", { name: config.require("project"), teamId: config.require("team") });

const clientCert = new ProjectClientCert(
    "client-cert",
    {
        project: site.id,
        team: site.teamId,
        origin: config.require("origin"),
        cert: fs.readFileSync(config.require("certFile"), "utf8"),
        key: { file: config.require("keyFile") },
        ca: fs.readFileSync(config.require("caFile"), "utf8"),
    },
    // Vercel deletes the certificates of a project with the project.
    { deletedWith: site },
);

export const projectId = site.id;
export const certId = clientCert.certId;
