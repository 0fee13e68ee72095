from __future__ import annotations

import pytest

from service.article import Article
from service.normalise.language import language_of
from service.normalise.lexicon import words_of
from service.normalise.text import fold

PARAGRAPHS = {
    "ar": (
        "أعلنت وزارة التجهيز أن أشغال الطريق الساحلي ستنتهي قبل نهاية السنة. وقالت إن المشروع الذي انطلق في الربيع "
        "يهم ثلاثة جسور، وإن السكان سيستفيدون من محطة جديدة للحافلات."
    ),
    "ary": (
        "هاد العام الشتا قليلة بزاف والناس ولاو كيخافو على الزرع ديالهم. واش غادي يكون الخبز غالي؟ حتى واحد ما عارف، "
        "ولكن الفلاح اللي عندو البير باقي صابر حيت ماشي أول مرة."
    ),
    "fr": (
        "Le conseil communal a adopté mardi le budget de la ville pour l'année prochaine. Les élus ont voté une hausse des "
        "dépenses dans les écoles, et deux lignes de bus seront ouvertes au printemps."
    ),
    "en": (
        "The harbour was closed for two days after the storm damaged its main crane. Officials said that ships will be "
        "sent to a nearby port, and that repairs are expected to take a week."
    ),
    "es": (
        "El ayuntamiento aprobó este lunes las obras del nuevo mercado, que se abrirá en otoño. Según la alcaldesa, los "
        "vendedores podrán volver a sus puestos sin pagar más por el alquiler."
    ),
    "fa": (
        "شهردار گفت که ساخت این پل تا پایان سال به پایان می‌رسد. او افزود هزینه آن از بودجه شهر پرداخت شده است و مردم "
        "باید برای چند ماه از راه دیگر بروند."
    ),
    "ur": (
        "شہر کے میئر نے کہا ہے کہ نئے پل کا کام اس سال مکمل ہو جائے گا۔ انہوں نے بتایا کہ یہ منصوبہ لوگوں کی سہولت کے لیے "
        "شروع کیا گیا تھا اور اس سے سفر آسان ہو گا۔"
    ),
    "tr": (
        "Belediye başkanı yeni köprünün bu yıl içinde açılacağını söyledi. Çalışmalar geçen bahar başladı ve daha önce "
        "kapatılan yol da yeniden trafiğe açılacak, ancak tramvay için bir yıl beklemek gerekiyor."
    ),
    "he": (
        "ראש העיר אמר כי הגשר החדש ייפתח לפני סוף השנה. הוא הוסיף שגם הכביש הישן יישאר פתוח, אבל לא לכל כלי הרכב, "
        "והתושבים שקיבלו את ההודעה של העירייה מרוצים יותר."
    ),
    "de": (
        "Die Stadt hat den Bau der neuen Brücke beschlossen, und die Arbeiten werden im Frühjahr beginnen. Der alte "
        "Übergang ist für Radfahrer offen, aber nicht für den Verkehr mit Lastwagen."
    ),
    "it": (
        "Il consiglio comunale ha approvato la costruzione del nuovo ponte, che sarà aperto in primavera. I lavori non "
        "sono costosi, e anche la vecchia strada della stazione sarà riparata."
    ),
    "pt": (
        "A câmara aprovou a construção da nova ponte, que será aberta no outono. O presidente disse que os moradores não "
        "vão pagar mais e que as obras foram pagas pelo Estado."
    ),
}

UNDETERMINED = {
    "nothing": "",
    "four words": "أعلنت وزارة التجهيز أمس",
    "digits": "2023 12 30 1037 40000 5 6 7 8 9",
    "signs": "— … !!! ??? *** /// ((( )))",
    "names": "Casablanca Rabat Fès Marrakech Tanger Agadir Oujda Safi",
    "hungarian": "Az önkormányzat bejelentette, hogy az új híd építése tavasszal kezdődik, és két évig tart majd.",
    "hungarian letters": "A város vezetése bejelentette, hogy a új híd tavasszal készül el, de a régi út is megmarad.",
    "dutch": "De gemeente heeft besloten dat de nieuwe brug in het voorjaar opengaat en de oude weg blijft liggen.",
    "swahili": "Serikali imetangaza kwamba ujenzi wa daraja jipya utaanza mwezi ujao na utachukua miaka miwili.",
    "greek": "Ο δήμος ανακοίνωσε ότι η νέα γέφυρα θα ανοίξει την άνοιξη και ότι οι εργασίες συνεχίζονται.",
    "russian": "Власти города сообщили, что новый мост откроют весной, а старый закроют на ремонт.",
    "chinese": "市政府宣布 新桥 将于 春天 开放 旧桥 将 关闭 维修",
}


def of(text: str) -> str:
    return language_of(words_of(fold(text)).texts)[0]


@pytest.mark.parametrize("language", PARAGRAPHS)
def test_language_of_a_paragraph(language: str) -> None:
    assert of(PARAGRAPHS[language]) == language


@pytest.mark.parametrize("case", UNDETERMINED)
def test_too_little_or_an_unknown_language_is_undetermined(case: str) -> None:
    assert of(UNDETERMINED[case]) == "und"


def test_arabic_that_quotes_another_language_stays_arabic() -> None:
    assert of(PARAGRAPHS["ar"] + " «The harbour was closed for two days»") == "ar"


def test_arabic_with_one_word_of_darija_stays_arabic() -> None:
    assert of(PARAGRAPHS["ar"] + " وردد الجمهور «ديما المغرب» حتى النهاية.") == "ar"


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("ary", "rtl"), ("ar-MA", "rtl"), ("fa", "rtl"), ("ur", "rtl"), ("he", "rtl"), ("fr", "ltr"), ("und", "ltr")],
)
def test_direction(language: str, direction: str) -> None:
    assert Article(source="a.txt", language=language).direction == direction
