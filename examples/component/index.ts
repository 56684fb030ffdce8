import * as pulumi from "@pulumi/pulumi";
import { MutualTls } from "./mutualTls";

const config = new pulumi.Config();

const partners = new MutualTls("partners", {
    project: config.require("project"),
    origins: config.requireObject<Record<string, string>>("origins"),
    folder: config.require("folder"),
});

export const certIds = partners.certIds;
export const notAfter = partners.notAfter;
