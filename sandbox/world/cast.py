"""The invented people of the demo and of the tests. Nobody here exists: the numbers only have the right form.

ID numbers carry the region 310000, which is given to no one; every firm and every phone says 演示 or 19900.
"""

from dataclasses import dataclass
from datetime import date, timedelta

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_GIVEN = ("示一", "示二", "示三", "示四", "示五", "示六", "示七")
_FIRMS = tuple(f"上海演示{n}律师事务所" for n in "甲乙丙丁戊己庚辛")


@dataclass(frozen=True, slots=True)
class Person:
    """A lawyer of the cast. `roll` is the state on the roll, or empty for one who is not on it."""

    name: str
    licence_no: str
    firm: str
    id_no: str
    phone: str
    openid: str
    roll: str = "active"


@dataclass(frozen=True, slots=True)
class Prisoner:
    """Somebody held at a centre."""

    name: str
    id_no: str
    centre: str
    ward: str
    case_no: str
    permit_case: bool = False

    @property
    def as_asked(self) -> dict[str, str]:
        """As a lawyer names them in an application."""
        return {"name": self.name, "id_no": self.id_no}


@dataclass(frozen=True, slots=True)
class Duty:
    """An officer: account, name, role, centre (None is the whole bureau); who is bound has an openid."""

    account: str
    name: str
    role: str
    centre: str | None
    openid: str | None = None

    @property
    def website_openid(self) -> str:
        """By which WeChat signs the officer in to the console: another openid than the subscription account's."""
        return f"oWEB-{self.account}-of-the-cast"


def invented_id_no(number: int) -> str:
    """18 characters with a real date and the right check digit; the same for the same number."""
    born = date(1965, 1, 1) + timedelta(days=number * 37 % 11000)
    digits = f"310000{born:%Y%m%d}{number % 1000:03d}"
    return digits + _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True)) % 11]


def _person(number: int, name: str, roll: str = "active") -> Person:
    sex, kind, year = number % 2, 1 + (number % 11 == 0), 1996 + number % 28
    return Person(
        name=name,
        licence_no=f"13101{year}{kind}{sex}{900000 + number}",
        firm=_FIRMS[number % len(_FIRMS)],
        id_no=invented_id_no(number),
        phone=f"199000{number:05d}",
        openid=f"oDEMO-lawyer-{number:03d}-of-the-cast",
        roll=roll,
    )


WALKER = _person(1, "步先行")  # on the roll, not bound yet: binds during the first walk
WANG = _person(2, "王守约")  # verified, clean
LI = _person(3, "李再约")  # verified, two strikes
ZHAO = _person(4, "赵停云")  # verified, suspended after three
CHEN = _person(5, "陈候核", roll="")  # not on the roll: pending until an officer decides
SUN = _person(6, "孙停业", roll="suspended")
ZHOU = _person(7, "周吊销", roll="revoked")
WU = _person(8, "吴未绑")  # on the roll, not bound
ZHENG = _person(9, "郑同行")  # verified, comes along as second lawyer
NAMED = (WALKER, WANG, LI, ZHAO, CHEN, SUN, ZHOU, WU, ZHENG)
COLLEAGUES = tuple(_person(10 + n, _SURNAMES[n % len(_SURNAMES)] + _GIVEN[n // len(_SURNAMES)]) for n in range(192))
ON_ROLL = tuple(person for person in (*NAMED, *COLLEAGUES) if person.roll)
BOUND = (WANG, LI, ZHAO, ZHENG, *COLLEAGUES[:150])

TAO = Prisoner("陶某演", invented_id_no(5001), "pudong", "一监区", "沪演诉〔2026〕1号")
XIE = Prisoner("谢某演", invented_id_no(5002), "pudong", "二监区", "沪演诉〔2026〕2号")
HE = Prisoner("何某演", invented_id_no(5003), "pudong", "二监区", "沪演诉〔2026〕2号")  # one case with XIE
NAMESAKES = (
    Prisoner("张某演", invented_id_no(5004), "pudong", "三监区", "沪演诉〔2026〕3号"),
    Prisoner("张某演", invented_id_no(5005), "pudong", "一监区", "沪演诉〔2026〕4号"),
)
PERMIT = Prisoner("危某演", invented_id_no(5006), "qingpu", "特管区", "沪演诉〔2026〕5号", permit_case=True)
FOREIGNER = Prisoner("MARK EXAMPLE", "E12345678", "pudong", "外籍监区", "沪演诉〔2026〕7号")  # by a passport
LU = Prisoner("陆某演", invented_id_no(5007), "qingpu", "一监区", "沪演诉〔2026〕6号")
_WARDS = ("一监区", "二监区", "三监区", "女监区")
OTHERS = tuple(
    Prisoner(
        f"{_SURNAMES[n % len(_SURNAMES)]}某{'甲乙丙丁'[n // len(_SURNAMES)]}", invented_id_no(5100 + n),
        "pudong" if n % 3 else "qingpu", _WARDS[n % len(_WARDS)], f"沪演诉〔2026〕{100 + n}号",
    )
    for n in range(90)
)  # fmt: skip
HELD = (TAO, XIE, HE, *NAMESAKES, PERMIT, LU, *OTHERS, FOREIGNER)

OFFICERS = (
    Duty("gate-pudong", "演示窗口民警", "gate", "pudong", "oDEMO-gate-pudong-of-the-cast"),
    Duty("review-pudong", "演示复核民警", "reviewer", "pudong", "oDEMO-review-pudong-of-cast"),
    Duty("chief-pudong", "演示所领导", "chief", "pudong", "oDEMO-chief-pudong-of-cast"),
    Duty("gate-qingpu", "演示窗口民警", "gate", "qingpu", "oDEMO-gate-qingpu-of-the-cast"),
    Duty("review-qingpu", "演示复核民警", "reviewer", "qingpu"),
    Duty("chief", "演示局领导", "chief", None),
    Duty("auditor", "演示督察", "auditor", None, "oDEMO-auditor-of-the-cast"),
)
STRANGER = "oDEMO-stranger-to-the-house"
