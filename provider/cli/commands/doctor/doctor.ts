import { mintTestCertificates } from "../../../certificates/testCertificates";
import type { CertificateEntry } from "../../../vercel/client";
import { WRITES_PER_WINDOW } from "../../../vercel/rateLimit";
import { COMMAND, CommandError, EXIT, type Command, type CommandHost, type ExitCode, type Parsed } from "../../command";
import { misuse } from "../../options";
import { answersOf } from "./answers";
import { CertificatesMade, isReserved, RESERVED_ORIGINS } from "./certificatesMade";
import { Examination, fine, tryStep, type Step } from "./examination";
import { reportText, type DoctorReport } from "./doctorText";
import { Traffic } from "./traffic";
import { jsonText } from "../../terminal";
import { connectToVercel, OWNER_OPTIONS, ownerOf } from "../../vercelClient";
import { isoDate } from "../../../text/isoDates";
import { shown, quote } from "../../../text/quoting";

export const doctorCommand: Command = {
    name: "doctor",
    operands: "PROJECT",
    operandCounts: [1, 1],
    summary: "Try out, in a throw-away project, what Vercel does not document about its API",
    details: [
        "Uploads certificates that it mints itself, for an origin that no deployment calls, and removes them again.",
        "PROJECT must not have client certificates: give one that nobody needs. It asks before it starts.",
        "The report holds neither secrets nor names, and is made to be pasted into an issue.",
    ],
    options: {
        ...OWNER_OPTIONS,
        "project-wide": { help: "Also upload a project-wide certificate" },
        yes: { help: "Do not ask" },
    },
    run: runDoctor,
};

async function runDoctor(parsed: Parsed, host: CommandHost): Promise<ExitCode> {
    const traffic = new Traffic(() => host.clock.now());
    const { client, address } = connectToVercel(ownerOf(parsed), host, (...seen) => traffic.observe(...seen));
    const made = new CertificatesMade(client, address, host.clock);
    const { steps, told } = await examine(parsed, host, made, traffic);
    const report: DoctorReport = {
        ...{ version: host.version, node: process.versions.node, at: isoDate(host.clock.now()) },
        ...{ steps, answers: answersOf(told) },
        ...{ limits: traffic.limits, listing: traffic.properties },
    };
    host.write(parsed.flag("json") ? jsonText(report) : reportText(report));
    return exitCodeOf(steps, host);
}

async function examine(
    parsed: Parsed,
    host: CommandHost,
    made: CertificatesMade,
    traffic: Traffic,
): Promise<Pick<Examination, "steps" | "told">> {
    const say = (line: string): void => host.writeError(line);
    let listed: readonly CertificateEntry[] = [];
    const access = await tryStep(
        "token, scope and route",
        async () => {
            listed = await made.list();
            return fine("the project can be listed");
        },
        say,
    );
    if (access.outcome === "failed") {
        return { steps: [access], told: {} };
    }
    refuseOthers(listed);
    await askFirst(parsed, listed.length, host);
    const signal = host.interruption();
    const interrupted = "doctor: interrupted; what was made is being removed. If that is cut off too, run doctor again";
    signal.addEventListener("abort", () => host.writeError(interrupted));
    const certificates = await mintTestCertificates(host.clock.now());
    const projectWide = parsed.flag("project-wide");
    const examination = new Examination({ made, traffic, certificates, projectWide, signal, say });
    const steps = [access];
    if (listed.length > 0) {
        steps.push(await cleanUp("leftovers of an earlier run", made, say));
    }
    try {
        await examination.run();
    } finally {
        steps.push(...examination.steps, await cleanUp("clean-up", made, say));
    }
    const hasPages = traffic.properties.ofListing.includes("pagination");
    const pages = [hasPages ? "yes" : "not that one can see", "reads every page there is"] as const;
    return { steps, told: { ...examination.told, pages } };
}

/** If the API held one certificate only, an upload would remove one that is in use. */
function refuseOthers(listed: readonly CertificateEntry[]): void {
    const others = listed.filter((entry) => !isReserved(entry));
    if (others.length > 0) {
        const named = others.map(({ certId, origin }) => `${shown(certId)} at ${quote(origin)}`).join(", ");
        throw new CommandError(
            `the project has client certificates (${named}), and an upload might replace them; give a project that has none. ` +
                "A project-wide one that a killed run has named can be removed at Vercel",
        );
    }
}

/** Every write may wait half a minute for a listing that shows it. */
const MINUTES_PER_WRITE = 0.5;

async function askFirst(parsed: Parsed, leftovers: number, host: CommandHost): Promise<void> {
    const projectWide = parsed.flag("project-wide");
    // One for each step that uploads, and one more where `.invalid` is refused; one deletion is tried twice.
    const uploads = projectWide ? 6 : 5;
    const deletions = uploads + leftovers;
    const windows = Math.ceil(Math.max(uploads, deletions) / WRITES_PER_WINDOW);
    const minutes = windows + Math.ceil((uploads + 2) * MINUTES_PER_WRITE);
    const limit = String(WRITES_PER_WINDOW);
    host.writeError(
        `doctor: uploads throw-away certificates to this project for ${RESERVED_ORIGINS[0]}` +
            `${projectWide ? " and for the whole project" : ""}, and removes them` +
            (leftovers > 0 ? `, and ${String(leftovers)} of an earlier run` : ""),
    );
    host.writeError(
        `doctor: takes up to ${String(uploads)} uploads and ${String(deletions)} deletions of the ${limit} each that the whole team ` +
            `has in a minute, so its deployments may have to wait; lasts some seconds, or up to ${String(minutes)} minutes`,
    );
    if (parsed.flag("yes")) {
        return;
    }
    const answer = await host.ask("Go on? Type yes: ");
    if (answer === undefined) {
        throw misuse(doctorCommand, "nobody can be asked here: give --yes");
    }
    if (answer.trim().toLowerCase() !== "yes") {
        throw new CommandError("stopped before anything was uploaded");
    }
}

async function cleanUp(step: string, made: CertificatesMade, say: (line: string) => void): Promise<Step> {
    const problems = await made.removeAll();
    problems.forEach((problem) => say(`doctor: ${problem}`));
    return problems.length === 0
        ? { step, outcome: "fine", detail: "nothing is left" }
        : { step, outcome: "failed", detail: "something may be left: run doctor again, which removes it" };
}

function exitCodeOf(steps: readonly Step[], host: CommandHost): ExitCode {
    const bad = steps.filter(({ outcome }) => outcome !== "fine");
    if (bad.length === 0) {
        return EXIT.fine;
    }
    const named = bad.map(({ step, outcome }) => `${step} (${outcome})`).join(", ");
    host.writeError(`${COMMAND}: ${String(bad.length)} of ${String(steps.length)} steps: ${named}`);
    return bad.some(({ outcome }) => outcome === "failed") ? EXIT.failed : EXIT.bad;
}
