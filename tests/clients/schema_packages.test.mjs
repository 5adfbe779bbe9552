import { PackageSchemas } from './lib/package_schemas.mjs';
import { schemaSuite } from './lib/schema_suite.mjs';

schemaSuite('schemas of the official packages', new PackageSchemas());
