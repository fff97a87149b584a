import { defineConfig } from 'drizzle-kit';

/** `npm run generate` writes the next migration from the schema. */
export default defineConfig({ dialect: 'turso', schema: './db/schema.ts', out: './db/migrations' });
