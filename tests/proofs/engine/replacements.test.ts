import { describeReplacements } from "../../engine/replacements";

describeReplacements([{ uploadPolicy: "same-id" }, { uploadPolicy: "new-id", keepsReplaced: false }]);
