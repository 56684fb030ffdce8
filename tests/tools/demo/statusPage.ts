/**
 * The page of `pulumi-vercel-client-cert status --html` with certificates in every condition, to look at and for the pictures in
 * this folder: `npm run demo:status -- FILE`. The certificates are minted anew.
 */
import { FORMATS } from "../../../provider/cli/commands/status/formats";
import { systemClock } from "../../../provider/vercel/clock";
import { writeOutput } from "../../../provider/cli/commands/status/outputFile";
import { judgeAll } from "../../../provider/cli/commands/status/statusWarnings";
import { readStack } from "../../../provider/cli/commands/status/storedCertificate";
import { exportOf, StateMint, type CertificateOptions } from "../../support/exportedState";

const STACKS: Readonly<Record<string, readonly CertificateOptions[]>> = {
    "web-production": [
        { name: "billing", origin: "https://billing.example.com", days: [-48, 132] },
        { name: "orders", origin: "https://orders.example.com:8443", days: [-72, 18] },
        { name: "everywhere", days: [-150, 215] },
        { name: "reports", origin: "https://reports.example.com", days: [-99, -9] },
    ],
    "web-staging": [
        { name: "billing", origin: "https://billing.staging.example.com", days: [-20, 70] },
        {
            name: "orders",
            origin: "https://orders.staging.example.com",
            days: [-30, 60],
            outputs: { staleCertIds: ["cert_5b1f0c2a9d3e4f60"] },
        },
    ],
    "shop-production": [
        { name: "payments", project: "shop", origin: "https://payments.example.com", days: [-200, 900] },
        { name: "stock", project: "shop", origin: "https://stock.example.com", days: [-80, 100] },
        {
            name: "returns",
            project: "shop",
            origin: "https://returns.example.com",
            days: [-40, 140],
            outputs: { fingerprint: "" },
        },
        {
            name: "returns",
            project: "shop",
            origin: "https://returns-old.example.com",
            days: [-120, 5],
            resource: { delete: true },
        },
    ],
    "api-production": [
        { name: "stock", project: "shop", origin: "https://stock.example.com", days: [-5, 175] },
        {
            name: "partner",
            project: "api",
            origin: "https://partner.example.com",
            resource: { external: true },
            outputs: { fingerprint: "", certFingerprint: "", subject: "", notBefore: "", notAfter: "", expiries: [] },
        },
    ],
};

async function main(): Promise<void> {
    const [path = "status.html"] = process.argv.slice(2);
    const nowMs = Date.now();
    const mint = await StateMint.open(nowMs);
    const stacks = await Promise.all(
        Object.entries(STACKS).map(async ([name, declared]) =>
            readStack(
                name,
                exportOf(await Promise.all(declared.map((one) => mint.certificate({ team: "my-team", ...one })))),
            ),
        ),
    );
    const stored = stacks.flatMap(({ certificates }) => certificates);
    const page = FORMATS.html.render({
        nowMs,
        stacks: stacks.map(({ name, certificates }) => ({
            name,
            certificates: certificates.length,
            problem: undefined,
        })),
        certificates: judgeAll(stored, { nowMs, warningDays: undefined }),
    });
    await writeOutput(path, page, FORMATS.html.isOwn, { folder: process.cwd(), clock: systemClock });
    console.log(`${path}: ${String(stored.length)} certificates in ${String(stacks.length)} stacks`);
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : "unknown error");
    process.exitCode = 1;
});
