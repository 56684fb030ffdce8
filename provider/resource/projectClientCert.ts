import * as pulumi from "@pulumi/pulumi";
import { logWarnings } from "./logWarnings";
import type { CertificateExpiry } from "../certificates/checks/expiries";
import { PREVIEW_PROPERTY, PROVIDER_TEXT, TYPE } from "../registration";
import { deferPromiseTraces } from "./traces";

/**
 * The passphrase of an encrypted private key: text, which the package makes a secret and the state holds encrypted;
 * `{ env }`, an environment variable of the `pulumi` command; or `{ file }`, a path relative to the folder of the Pulumi
 * program. One final line break of the file is ignored. An output that has no value is an error.
 */
export type PassphraseSource =
    | string
    | {
          /** The name of an environment variable of the `pulumi` command that holds the passphrase. Not secret. */
          env: pulumi.Input<string>;
          /** @ignore */
          file?: never;
      }
    | {
          /** The path of a file that holds the passphrase, relative to the folder of the Pulumi program. Not secret. */
          file: pulumi.Input<string>;
          /** @ignore */
          env?: never;
      };

/**
 * Where the private key comes from: exactly one of these.
 *
 * - PEM text, also from `config.requireSecret(…)`: the package makes it a secret, and the state holds it encrypted.
 * - `{ file }`: a path, relative to the folder of the Pulumi program. The state holds the path.
 * - `{ env }`: the name of an environment variable that holds the PEM text. The state holds the name.
 * - `{ command }`: a program and its arguments that print the key, such as `["op", "read", "op://vault/item/key"]`. The
 *   provider runs it in the folder of the Pulumi program, without a shell, once per process. It has 30 seconds, gets no
 *   input, and sees neither Vercel's tokens nor Pulumi's passphrase in its environment. The state holds the command in
 *   clear, so put no secret into its arguments.
 *
 * The provider reads PKCS #8 (RFC 5958), PKCS #1 (RFC 8017), SEC 1 (RFC 5915) and PKCS #12 (RFC 7292): as PEM, as base64
 * and, from a file or a command, as DER; 64 kB at most. Encrypted keys need the passphrase. The provider reads the key only
 * if it would upload something new. If it cannot get any byte of the key then, as from a variable that is not set, a
 * preview warns and `pulumi up` fails.
 */
export type PrivateKeySource =
    | string
    | {
          /** The path of a file that holds the key, relative to the folder of the Pulumi program; 64 kB at most. Not secret. */
          file: pulumi.Input<string>;
          /** The passphrase of an encrypted key. Default: the key is not encrypted. Secret if given as text. */
          passphrase?: pulumi.Input<PassphraseSource | undefined>;
          /** @ignore */
          env?: never;
          /** @ignore */
          command?: never;
      }
    | {
          /** The name of an environment variable of the `pulumi` command that holds the key as PEM or base64. Not secret. */
          env: pulumi.Input<string>;
          /** The passphrase of an encrypted key. Default: the key is not encrypted. Secret if given as text. */
          passphrase?: pulumi.Input<PassphraseSource | undefined>;
          /** @ignore */
          file?: never;
          /** @ignore */
          command?: never;
      }
    | {
          /** The program and its arguments that print the key, not split by any shell. Not secret. */
          command: pulumi.Input<pulumi.Input<string>[]>;
          /** @ignore */
          file?: never;
          /** @ignore */
          env?: never;
          /** @ignore */
          passphrase?: never;
      };

/** The arguments of {@link ProjectClientCert}. */
export interface ProjectClientCertArgs {
    /**
     * The Vercel project: its name, or its id (`prj_…`), which survives a rename. If you change it to another project, Pulumi
     * replaces the certificate. If you change it to another name of the same project, Pulumi updates the resource; the
     * provider looks this up with two listings. It is an error if no project at Vercel can have this name (slashes,
     * blanks and the like), or if token and team cannot see the project. Not secret.
     */
    project: pulumi.Input<string>;

    /**
     * The team that owns the project: its id (`team_…`) or its slug. Default: the configuration `vercel:team`, else the
     * team in the state, else the scope of the token. An output that has no value, as for a personal account, counts as left
     * out; a warning names the scope. If you change it, the same happens as for {@link project}, and the errors are the
     * same. Not secret.
     */
    team?: pulumi.Input<string | undefined>;

    /**
     * The origin to which Vercel presents the certificate, as `https://host[:port]`, without path, query or credentials.
     * Default: the certificate is project-wide. A change replaces the certificate, but case, default port and a final slash
     * do not count (RFC 6454). Anything else than such an origin is an error. Not secret.
     */
    origin?: pulumi.Input<string | undefined>;

    /**
     * The client certificate, called the leaf (RFC 5280), and its intermediates as PEM text (RFC 7468), in any order: at most
     * 64 kB and 32 certificates. New certificates rotate in place; reformatting, reordering and comments change nothing. A
     * preview shows all errors of new certificates at once; docs/reference/findings.md lists them. Not secret: a private key
     * in this text is an error.
     */
    cert: pulumi.Input<string>;

    /**
     * The private key of the leaf in `cert`; see {@link PrivateKeySource}. Secret if given as text, and never an output. If
     * you change only the key, Pulumi stores it and uploads nothing. A key that does not match a new `cert` is an error.
     */
    key: pulumi.Input<PrivateKeySource>;

    /**
     * The certificates of the issuers as PEM text, in any order: at most 512 kB. It is an error if the chain in `cert` does
     * not verify against them, or with {@link skipValidation} a warning. New issuers rotate like a new {@link cert}. Not
     * secret.
     */
    ca: pulumi.Input<string>;

    /**
     * Asks Vercel not to validate the certificate, and turns the provider's own errors about chain, purpose, key length and
     * dates into warnings, because an origin may judge them differently. Default `false`. A change alone uploads nothing.
     * Not secret.
     */
    skipValidation?: pulumi.Input<boolean | undefined>;

    /**
     * Allows this resource to replace a certificate at the origin that it did not upload. Default `false`: a new resource
     * then refuses to upload. A rotation uploads all the same, deletes no certificate that it did not upload, and warns. A
     * change alone uploads nothing. Not secret.
     */
    allowOverwrite?: pulumi.Input<boolean | undefined>;

    /**
     * The only {@link ProjectClientCert.fingerprint} that may be deployed: `v1:` and 64 lower-case hexadecimal digits, as in
     * the output of the stack where the certificates were tested. While `cert` and `ca` have another fingerprint, `preview`
     * and `up` fail before any call, even if nothing would be uploaded. If a preview does not know the value yet, `up` judges
     * it. Default: everything may be deployed. From another stack, take it with `requireOutput`: an output that has no value
     * is an error, because it must not open the gate. A change alone uploads nothing. Not secret.
     */
    expectedFingerprint?: pulumi.Input<string> | undefined;

    /**
     * How many days before expiry the warnings start. Every preview and `up` then warns about the leaf, the intermediates,
     * and the certificates in `ca` that the chain needs. A number of 0 or more; with 0, only expired certificates are warned
     * about. Any other value is an error. Default: a third of each certificate's lifetime, at most 30 days. A change uploads
     * nothing. Not secret.
     */
    expiryWarningDays?: pulumi.Input<number | undefined>;

    /**
     * Asks the origin about the certificate before each upload. The provider opens two TLS connections from where Pulumi
     * runs, first without and then with the certificate. If the origin rejects it, the provider uploads nothing and fails,
     * while the certificate in place still works. After any result but an acceptance and a rejection, such as from an origin
     * that does not ask for a certificate or cannot be reached, the provider warns and uploads. Default `false`. A preview
     * never probes. It is an error without {@link origin}. A change alone uploads nothing. Not secret.
     */
    probe?: pulumi.Input<boolean | undefined>;

    /**
     * The name of the environment variable that holds the token for this resource: A to Z, digits and `_`, no digit first,
     * such as `VERCEL_TOKEN_PROD`. Default: the token of all resources; see docs/reference/configuration.md. If the
     * variable is not set when the provider makes a call, that is an error; the provider tries no other token. The state
     * keeps the name for refresh and destroy, and never the token. A change updates the resource and uploads nothing. Not
     * secret. If you give the token itself by mistake, the provider refuses it and does not show it.
     */
    tokenEnv?: pulumi.Input<string | undefined>;
}

/**
 * The client certificate that the deployments of a Vercel project present to an origin that demands mutual TLS.
 *
 * The token comes from the environment or the configuration; docs/reference/configuration.md has the order. It is never an
 * argument and never an output.
 *
 * A rotation uploads the new certificate, confirms that Vercel lists it, and only then removes the old one. Errors: wrong
 * arguments, all at once, in the preview, before any call; a certificate that is already in place (see `allowOverwrite`);
 * everything that Vercel refuses, with what to do about it.
 *
 * No output is secret.
 *
 * @example
 * ```ts
 * import * as fs from "node:fs";
 * import { ProjectClientCert } from "pulumi-vercel-client-cert";
 *
 * const cert = new ProjectClientCert("billing-mtls", {
 *     project: "my-site",
 *     team: "my-team",
 *     origin: "https://billing.example.com", // leave out: for the whole project
 *     cert: fs.readFileSync("client.pem", "utf8"),
 *     key: { file: "client.key" }, // or { env: "CLIENT_KEY" }
 *     ca: fs.readFileSync("ca.pem", "utf8"),
 * });
 *
 * export const notAfter = cert.notAfter;
 * ```
 */
export class ProjectClientCert extends pulumi.CustomResource {
    /** Vercel's id of the certificate that is in place. */
    declare readonly certId: pulumi.Output<string>;
    /** The origin as Vercel returned it. What Vercel returns for a project-wide certificate is not documented. */
    declare readonly origin: pulumi.Output<string | undefined>;
    /** The project as last used: its name or its id, as you gave it. */
    declare readonly project: pulumi.Output<string>;
    /** The team as last used; `undefined` if the token's own scope was used. */
    declare readonly team: pulumi.Output<string | undefined>;
    /** The name of the variable whose token was last used; `undefined` if that was the default token. */
    declare readonly tokenEnv: pulumi.Output<string | undefined>;
    /**
     * `v1:` and the hexadecimal SHA-256 over all certificates of `cert`, leaf first, and the set of those in `ca` (DESIGN.md,
     * "Fingerprint", has the bytes). If it is equal, there is nothing to upload. Empty after {@link ProjectClientCert.get},
     * while another certificate is in place, and after an upload that no listing showed.
     */
    declare readonly fingerprint: pulumi.Output<string>;
    /** The SHA-256 of the leaf as `openssl x509 -fingerprint -sha256` prints it, but in lower case and without colons. */
    declare readonly certFingerprint: pulumi.Output<string>;
    /**
     * The hexadecimal SHA-256 of the leaf's SubjectPublicKeyInfo; a pin of RFC 7469 is the same in base64. A renewal with the
     * same key keeps it.
     */
    declare readonly publicKeyFingerprint: pulumi.Output<string>;
    /** The subject of the leaf, on one line, such as `CN=billing-client`. */
    declare readonly subject: pulumi.Output<string>;
    /** The issuer of the leaf, on one line. */
    declare readonly issuer: pulumi.Output<string>;
    /** The serial number of the leaf, in hexadecimal. */
    declare readonly serialNumber: pulumi.Output<string>;
    /** When the leaf becomes valid, ISO 8601 in UTC. */
    declare readonly notBefore: pulumi.Output<string>;
    /** When the chain expires, ISO 8601 in UTC: the earliest expiry of the certificates in `cert` that the path to a root needs. */
    declare readonly notAfter: pulumi.Output<string>;
    /** When this resource last uploaded, ISO 8601 in UTC. */
    declare readonly uploadedAt: pulumi.Output<string>;
    /** Ids of replaced certificates that the provider could not delete yet. The next `pulumi up` tries again. */
    declare readonly staleCertIds: pulumi.Output<string[]>;
    /**
     * Ids of other certificates at the origin that this stack does not know, as of the last upload or refresh. The provider
     * leaves them alone.
     */
    declare readonly otherCertIds: pulumi.Output<string[]>;
    /** `true` while no listing has shown the last upload, else `undefined`. The next refresh looks again. */
    declare readonly unconfirmed: pulumi.Output<boolean | undefined>;
    /**
     * The expiry of each certificate of the chain, and of those in `ca` that the chain needs. `undefined` in states of
     * version 0.1.0 until the next upload.
     */
    declare readonly expiries: pulumi.Output<CertificateExpiry[] | undefined>;

    /**
     * Declares a client certificate.
     *
     * @param name The name of the resource in the program.
     * @param args The certificate, and where it belongs.
     * @param opts The options of any Pulumi resource; `customTimeouts` and `replaceOnChanges` have no effect on dynamic resources.
     */
    constructor(name: string, args: ProjectClientCertArgs, opts?: pulumi.CustomResourceOptions) {
        const traces = deferPromiseTraces();
        try {
            super(TYPE, name, propertiesOf(args), opts);
        } catch (error) {
            throw traces.written(error);
        } finally {
            traces.restore();
        }
        hideInputs(this);
        void logWarnings(this, args.expiryWarningDays);
    }

    /**
     * Looks up a certificate that exists already, without managing it. Outputs that only the PEM files tell are `""` or `[]`.
     *
     * @param name The name of the resource in the program.
     * @param id `[team/]project/https://host[:port]`, or `[team/]project/*` for the project-wide certificate.
     * @param opts The options of any Pulumi resource.
     */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): ProjectClientCert {
        // An existing resource is read by its id alone; the engine ignores the arguments, so there are none.
        return new ProjectClientCert(name, {} as ProjectClientCertArgs, { ...opts, id });
    }

    /** Whether a value is a `ProjectClientCert`, also one of another copy of this package, or what a policy pack is shown. */
    static override isInstance(value: unknown): value is ProjectClientCert {
        return typeof value === "object" && value !== null && "__pulumiType" in value && value.__pulumiType === TYPE;
    }
}

const OUTPUTS = [
    "certId",
    "fingerprint",
    "certFingerprint",
    "publicKeyFingerprint",
    "subject",
    "issuer",
    "serialNumber",
    "notBefore",
    "notAfter",
    "uploadedAt",
    "staleCertIds",
    "otherCertIds",
    "unconfirmed",
    "expiries",
    "project",
    "team",
    "origin",
    "tokenEnv",
] as const;

/** The arguments as they are registered, with a place for every output that is not an argument too. */
function propertiesOf(args: ProjectClientCertArgs): pulumi.Inputs {
    const places = Object.fromEntries([...OUTPUTS, "findings"].map((name) => [name, undefined]));
    const preview = pulumi.runtime.isDryRun() ? { [PREVIEW_PROPERTY]: true } : {};
    return { ...places, ...args, ...withGaps(args), ...secretKeyOf(args), ...preview, __provider: PROVIDER_TEXT };
}

/** Who exports the resource itself exports its outputs, and no key: the SDK takes what is enumerable. */
function hideInputs(resource: ProjectClientCert): void {
    const shown = new Set<string>([...OUTPUTS, "id", "urn"]);
    for (const name of Object.keys(resource).filter((name) => !shown.has(name) && !name.startsWith("__"))) {
        Object.defineProperty(resource, name, { enumerable: false });
    }
}

/** The arguments that mean something else when they are left out than any value does. */
const MEANT_WHEN_ABSENT = ["team", "origin", "expectedFingerprint", "tokenEnv"] as const;

/** An output without a value would not be sent, and pass for an argument left out: `check` tells it by `null`. */
function withGaps(args: ProjectClientCertArgs): pulumi.Inputs {
    return Object.fromEntries(
        MEANT_WHEN_ABSENT.filter((name) => typeof args[name] === "object").map((name) => [name, orNull(args[name])]),
    );
}

function orNull(given: unknown): pulumi.Output<unknown> {
    const output: pulumi.Output<unknown> = pulumi.output(given);
    return output.apply((known) => known ?? null);
}

function secretKeyOf(args: ProjectClientCertArgs): pulumi.Inputs {
    const key: unknown = args.key;
    if (key instanceof Promise || pulumi.Output.isInstance(key)) {
        const output: pulumi.Output<unknown> = pulumi.output(key);
        return { key: output.apply(withSecrets) };
    }
    return "key" in args ? { key: withSecrets(key) } : {};
}

/** Texts become secrets, whoever forgot; a reference stays readable, it is nothing but a name. */
function withSecrets(key: unknown): unknown {
    if (typeof key === "string") {
        return pulumi.secret(key);
    }
    if (typeof key !== "object" || key === null || !("passphrase" in key) || key.passphrase === undefined) {
        return key;
    }
    const passphrase = orNull(key.passphrase).apply((known) =>
        typeof known === "string" ? pulumi.secret(known) : known,
    );
    return { ...key, passphrase };
}
