/** A person's name taken apart, as far as it can be. */
export interface NameParts {
  readonly first: string;
  readonly patronymic?: string;
  readonly surname?: string;
}

/** Ukrainian and Russian patronymics by their endings: Петрівна, Ильинична, Олександрович, Ілліч, Petrivna. */
const patronymic =
  /(?:[оеєё]вич|йович|ьович|лл?іч|льич|мич|[іїое]вна|[иі]нична|[eo]vi?y?ch|(?:iv|yiv|ov|ev)na)$/i;
/** Ordinary surnames by their endings; none of them ends a common first name. */
const surname = /(?:енко|чук|щук|ський|ська|цький|цька|ский|ская|цкий|цкая|[оеє]ва|[иії]на)$/i;
/** First names that end as surnames do. */
const firstNames =
  /^(?:Ірина|Марина|Катерина|Христина|Аліна|Поліна|Карина|Кристина|Ангеліна|Валентина|Галина|Каріна|Регіна|Сабіна|Павліна|Марійчук|Ирина|Екатерина|Алина|Полина|Кристина|Ангелина|Регина|Сабина|Ева|Єва|Арина|Аріна|Эвелина|Евеліна)$/i;

/**
 * Takes a name apart: "Коваль Олена Петрівна" and "Олена Петрівна Коваль" by the patronymic, "Коваленко Олена" by the
 * ending of the surname. Otherwise the first word is the first name.
 */
export function partsOfName(name: string): NameParts | undefined {
  const words = name.trim().split(/\s+/);
  const [one = '', two, ...rest] = words;
  if (one === '') return undefined;
  if (two === undefined) return { first: one };
  const third = rest.join(' ');
  if (words.length === 3 && patronymic.test(third)) return { first: two, patronymic: third, surname: one };
  if (patronymic.test(two) && !patronymic.test(one)) {
    return { first: one, patronymic: two, ...(third === '' ? {} : { surname: third }) };
  }
  if (words.length === 2 && isSurname(one) && !isSurname(two)) return { first: two, surname: one };
  return { first: one, surname: [two, ...rest].join(' ') };
}

function isSurname(word: string): boolean {
  return surname.test(word) && !firstNames.test(word);
}
