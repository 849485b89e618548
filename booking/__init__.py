"""The desk: decides, in the trade's own words. No Flask, no wechatpy, no Aliyun, no Redis."""
