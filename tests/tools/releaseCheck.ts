/** `npm run release:check -- TAG`: whether what is checked out is the release of this tag. */
import { resolve } from "node:path";
import { readRelease, releaseProblems } from "./release";

const [tag = ""] = process.argv.slice(2);
const problems = releaseProblems(readRelease(resolve(__dirname, "../../.."), tag));
problems.forEach((problem) => {
    process.stderr.write(`${problem}\n`);
});
process.exitCode = problems.length === 0 ? 0 : 1;
