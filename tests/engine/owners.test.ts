import { describeOwners } from "./owners";

describeOwners([{ uploadPolicy: "new-id", keepsReplaced: true }]);
