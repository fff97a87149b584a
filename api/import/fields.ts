/** What a file can hold. */
export const importKinds = ['customers', 'purchases'] as const;
export type ImportKind = (typeof importKinds)[number];

/**
 * The fields of each kind, with the column headings that are recognised without being told: compared in lower case,
 * letters and digits only. The first field that knows a heading takes it.
 */
export const fieldHeadings = {
  purchases: {
    id: 'id invoice invoiceno invoicenumber invoiceid receipt receiptno receiptnumber receiptid order orderno ordernumber orderid purchaseid document documentno чек номерчека документ номердокумента номерзаказа замовлення номерзамовлення',
    at: 'at date datetime timestamp createdat invoicedate receiptdate orderdate purchasedate дата датавремя датачас датачека',
    time: 'time время час',
    phone: 'phone phonenumber customerphone mobile telephone tel телефон номертелефона номертелефону',
    card: 'card cardno cardnumber loyaltycard карта картка номеркарты номеркартки',
    external_id:
      'externalid customer customerid customerno client clientid buyer buyerid клиент клієнт кодклиента кодклієнта покупатель покупець',
    store: 'store storeid branch pos магазин крамниця точка',
    paid: 'paid ispaid оплачен оплачено',
    cart_id: 'cartid cart',
    line_id: 'lineid lineno',
    sku: 'sku stockcode article articleno product productid productcode item itemid itemcode barcode артикул код кодтовара кодтовару штрихкод',
    name: 'name productname itemname description title товар наименование название назва номенклатура',
    category: 'category group категория категорія группа група',
    quantity: 'quantity qty count количество кількість колво кво',
    unit_price: 'unitprice price цена ціна',
    amount: 'amount sum total linetotal subtotal сумма сума',
  },
  customers: {
    phone: 'phone phonenumber mobile telephone tel телефон номертелефона номертелефону',
    name: 'name fullname customername имя імя фио піб',
    first_name: 'firstname givenname имяклиента імяклієнта',
    last_name: 'lastname surname familyname фамилия прізвище',
    birthday: 'birthday birthdate dateofbirth dob деньрождения датарождения деньнародження датанародження',
    gender: 'gender sex пол стать',
    locale: 'locale language lang язык мова',
    zone: 'zone timezone часовойпояс часовийпояс',
    city: 'city town місто город населенийпункт населенныйпункт',
    external_id: 'externalid id customer customerid customerno client clientid кодклиента кодклієнта код',
    card: 'card cardno cardnumber loyaltycard карта картка номеркарты номеркартки',
    service: 'service serviceconsent',
    marketing: 'marketing marketingconsent newsletter optin рассылка розсилка',
  },
} as const satisfies Record<ImportKind, Record<string, string>>;

export type Field<Kind extends ImportKind> = keyof (typeof fieldHeadings)[Kind] & string;

/** Fields a file of purchases cannot do without. */
export const requiredFields: Record<ImportKind, readonly string[]> = {
  purchases: ['id', 'at'],
  customers: ['phone'],
};

/** A heading as it is compared. */
export function normalHeading(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
