import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert } from "pulumi-vercel-client-cert";

export interface MutualTlsArgs {
    project: pulumi.Input<string>;
    team?: pulumi.Input<string>;
    /** The origins, by a name that is part of the names of the resources. */
    origins: Record<string, pulumi.Input<string>>;
    /** The folder with `client.pem`, `client.key` and `ca.pem`. */
    folder: string;
}

/** The client certificate of a project for each of its origins. */
export class MutualTls extends pulumi.ComponentResource {
    readonly certIds: pulumi.Output<Record<string, string>>;
    /** The earliest end of all certificates. */
    readonly notAfter: pulumi.Output<string | undefined>;

    constructor(name: string, args: MutualTlsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("example:index:MutualTls", name, {}, opts);

        const { project, team, folder } = args;
        const read = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8");
        const certificates = Object.entries(args.origins).map(([origin, url]) => {
            const certificate = new ProjectClientCert(
                `${name}-${origin}`,
                {
                    project,
                    ...(team === undefined ? {} : { team }),
                    origin: url,
                    cert: read("client.pem"),
                    key: { file: path.join(folder, "client.key") },
                    ca: read("ca.pem"),
                },
                // The options of the component, `protect` for one, hold for its children as well.
                { parent: this },
            );
            return [origin, certificate] as const;
        });

        this.certIds = pulumi.output(Object.fromEntries(certificates.map(([origin, { certId }]) => [origin, certId])));
        // All ends are ISO 8601 in UTC, and so in the order of their texts.
        this.notAfter = pulumi
            .all(certificates.map(([, { notAfter }]) => notAfter))
            .apply((ends) => [...ends].sort()[0]);
        this.registerOutputs({ certIds: this.certIds, notAfter: this.notAfter });
    }
}
