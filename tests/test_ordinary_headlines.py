"""Headlines that begin with words by which lines of a page are told apart: no table may take one away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.normalise import Registry, normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.article import Capture

ORDINARY = (
    "مدونة الأسرة: لجنة التعديل تستمع إلى الجمعيات",
    "مدونة السير تدخل حيز التنفيذ",
    "سعر الدولار اليوم في البنوك المصرية",
    "أسعار الذهب اليوم ترتفع في مصر",
    "حقينة السدود ترتفع بعد أمطار الأسبوع",
    "نسبة الملء تتجاوز النصف في سدود الشمال",
    "وزارة الصحة تعلن حصيلة جديدة",
    "بلدية صفاقس تطلق حملة نظافة",
    "مجلس النواب يصادق على قانون المالية",
    "صور.. افتتاح الجسر الجديد في سلا",
    "معلومات جديدة عن الحادث",
    "بث مباشر مباراة المغرب وفرنسا",
    "موعد مباراة الوداد والرجاء",
    "المزيد من الأمطار في الشمال",
    "مواقيت الصلاة اليوم في القاهرة",
    "الطقس اليوم: أمطار في الشمال",
    "نسخة جديدة من مهرجان الفيلم",
    "جدول مباريات كأس العالم",
    "الحكم: خمس سنوات لمدير البنك",
    "تصحيح مسار العدالة الانتقالية",
    "هاتف ذكي جديد من شركة كورية",
    "جامعة القاهرة تفتح باب التقديم",
    "صحيفة عربية تكشف تفاصيل الصفقة",
    "وفاة الفنان أحمد الشرقاوي",
    "طبع في الذاكرة: حكاية مصور",
    "محفوظة في الصدور: أغاني الجبل",
    "ناشطون يطالبون بالإفراج عن الصحافي",
    "الأهداف: ثلاثة في شوط واحد",
    "من المغرب إلى فرنسا: رحلة حرفي",
    "من: الرباط إلى طنجة في ساعة",
    "تسجيل 3 وفيات جديدة",
    "الجلسة الأولى لمحاكمة المتهمين",
    "بورصة الدار البيضاء تغلق على ارتفاع",
    "عاجل.. زلزال يضرب الحسيمة",
    "الشرق الأوسط على حافة الحرب",
    "أفريقيا تودع كأس العالم",
    "مركز أبحاث يحذر من الجفاف",
    "نادي الوداد يتعاقد مع مدرب جديد",
    "مؤسسة خيرية توزع قفف رمضان",
    "المكتب الوطني للكهرباء يعلن انقطاعات",
    "نقابة الصحافيين تندد بالاعتقالات",
    "الجامعة تكشف عن برنامج المنتخب",
    "جمهورية التشيك تفتح سفارة جديدة",
    "الجولة 14: الوداد يستعيد الصدارة",
    "ملعب طنجة يحتضن المباراة النهائية",
    "الرجاء × الوداد: ديربي بلا جمهور",
    "استطلاع: المغاربة متفائلون بالمستقبل",
    "هل تنجح الحكومة في خفض الأسعار؟",
    "قانون رقم 31.08 يدخل حيز التنفيذ",
    "عدد المشاركين في المعرض يتجاوز الألف",
    "شاهد كيف تحول الوادي إلى بحيرة",
    "كلية الطب تفتح أبوابها للطلبة",
    "التفاصيل الكاملة لحادث القطار",
    "عام من الحرب: حصيلة ثقيلة في السودان",
)
ORDINARY_FRENCH = (
    "Le Premier ministre reçoit les syndicats",
    "La voix des femmes au Parlement",
    "Le site archéologique de Chellah rouvre",
    "Publication du décret sur les loyers",
    "Créé en 1950, le club fête ses noces",
    "Article 19 de la Constitution : le débat",
    "Chambre des représentants : vote du budget",
    "Sondage : les Tunisiens inquiets pour leur avenir",
    "République du Congo : le fleuve en crue",
    "Stade de Tanger : la pelouse refaite à neuf",
    "Le journal de bord d'un pêcheur",
    "Contact tracing : ce que l'on sait",
    "Lecture publique : trois bibliothèques de plus",
    "Bourse : clôture en hausse à Casablanca",
    "Textes sacrés : une exposition à Fès",
    "Photographies anciennes de Tunis exposées",
    "Commune de Sidi Bou Saïd : un nouveau maire",
    "Correction des copies : les enseignants en grève",
    "Écrit par des enfants, joué par des adultes",
    "Le média des pêcheurs fête ses dix ans",
    "Votez pour votre commune, dit le maire",
    "Donnez votre avis sur le futur tramway",
    "Votre commentaire compte, assure la ministre",
    "Mareas vivas en la costa de Melilla",
    "Place aux jeunes : le festival commence",
    "Time : dix minutes pour sauver une ville",
)

ARABIC_BODY = (
    "قالت مصادر محلية إن أعمال ترميم السور القديم بدأت صباح أمس بمشاركة فرق من المتطوعين.",
    "وأضافت المصادر أن المشروع سيستمر ثلاثة أشهر تمولها البلدية.",
)
FRENCH_BODY = 2 * ("Le marché aux dattes a rouvert ses portes ce matin devant une foule de clients venus de toute la région.",)
HEADS = ("{}\n\n12 مارس 2023", "هسبريس\n\n{}\nمحمد الوردي\n12/03/2023", "{}")


@pytest.mark.parametrize("head", HEADS, ids=["dated", "signed", "alone"])
@pytest.mark.parametrize("title", [*ORDINARY, *ORDINARY_FRENCH])
def test_no_table_takes_an_ordinary_headline(
    title: str, head: str, registry: Registry, make_capture: Callable[..., Capture]
) -> None:
    body = FRENCH_BODY if title in ORDINARY_FRENCH else ARABIC_BODY
    page = "\n\n".join((head.format(title), *body))
    assert normalise(make_capture(page), registry).title == title
