"""What is kept with the record's lines, in the words of who reads it."""

LABELS = {
    "why": "原因", "reason": "原因", "when": "会见时间", "way": "方式", "source": "来源", "day": "日期", "date": "日期",
    "rows": "行数", "bytes": "字节数", "found": "查到", "bookings": "预约", "ref": "预约号", "slot": "时段",
    "event": "事件",
    "was": "原状态", "from": "原为", "to": "改为", "open": "开放", "new": "新增", "kept": "保留", "left": "离开",
    "findings": "比对发现", "timetable": "时间表", "name": "姓名", "role": "角色", "centre": "看守所", "since": "自",
    "until": "至", "who": "民警", "what": "事项", "subject": "对象", "of": "看守所", "seats": "名额", "room": "会见室",
    "at": "页面", "by": "查找项", "state": "状态", "past": "过去的", "on_roll": "名册中查到", "window_seats": "窗口名额",
    "withdrawn": "取消的预约", "owed": "后补的证件", "field": "项目",
    "pending": "待核验", "yes": "同意", "moved": "随人改号", "left_standing": "未导入的停用行", "left_out": "未导入的行",
}  # fmt: skip
