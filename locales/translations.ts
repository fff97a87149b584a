import en from './en.json' with { type: 'json' };
import ru from './ru.json' with { type: 'json' };
import uk from './uk.json' with { type: 'json' };

/** The texts of each language, as they stand in the files beside this one. */
export const translations = { uk, ru, en };
