/** The fake Vercel API in its own process, so that its work is not measured with that of the process that measures. */
import { FakeVercel } from "../../vercel/fakeVercel";
import { projectName, TEAM } from "./material";
import type { CallCounts } from "./fakeVercelProcess";

/** So many that the client never waits: the bench measures what things cost, not how long a limit is. */
const PLENTY = 1_000_000;

export interface FakeVercelOrder {
    readonly token: string;
    readonly projects: number;
}

async function main(): Promise<void> {
    const fakeVercel = await FakeVercel.start({ limits: { uploads: PLENTY, deletions: PLENTY, listings: PLENTY } });
    fakeVercel.addTeam({ id: TEAM, slug: "bench" });
    process.on("message", (message: FakeVercelOrder | "take") => {
        if (message === "take") {
            process.send?.(takeCounts(fakeVercel));
            return;
        }
        fakeVercel.addToken(message.token, { teams: [TEAM] });
        for (let index = 0; index < message.projects; index += 1) {
            fakeVercel.addProject({ id: `prj_${String(index)}`, name: projectName(index), team: TEAM });
        }
        process.send?.({ url: fakeVercel.url });
    });
    process.on("disconnect", () => void fakeVercel.stop());
}

function takeCounts(fakeVercel: FakeVercel): CallCounts {
    const count = (operation: string): number =>
        fakeVercel.requests.filter((request) => request.operation === operation).length;
    const counts = {
        uploads: count("upload"),
        listings: count("list"),
        deletions: count("delete"),
        refused: fakeVercel.requests.filter(({ status }) => status !== 200).length,
        violations: fakeVercel.specViolations.length,
    };
    fakeVercel.clearRequests();
    return counts;
}

void main();
