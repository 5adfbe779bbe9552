import { McpSchemas, schemaFolder } from './lib/mcp_schemas.mjs';
import { schemaSuite } from './lib/schema_suite.mjs';

const folder = schemaFolder();
if (!folder) throw new Error('GOVERNOR_TEST_DATA must name the folder with mcp/<revision>/schema.json');
schemaSuite('published schemas', new McpSchemas(folder));
