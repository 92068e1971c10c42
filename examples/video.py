# SPDX-License-Identifier: Apache-2.0
"""Video on the device, as the manual's chapter 5.3.6 decodes it: H.265 or H.264 files in, pictures out."""
import queue
import re

import acl
from acl_model import check, checked
from dvpp import NV12, Picture, device_copy

H265_MAIN, H264_HIGH = 0, 3
START_CODE = re.compile(b"\x00\x00\x01")


def access_units(data, coding=H265_MAIN):
    """The pieces of an Annex B stream that make a picture each, as VDEC wants them."""
    starts = [match.start() for match in START_CODE.finditer(data)] + [len(data)]
    begin, has_slice = 0, False
    for start, end in zip(starts, starts[1:]):
        header = data[start + 3]
        kind = header >> 1 & 0x3F if coding == H265_MAIN else header & 0x1F
        is_slice = kind < 32 if coding == H265_MAIN else kind in (1, 5)
        first_bits = data[start + 5] if coding == H265_MAIN else data[start + 4]
        # A slice that begins a picture has this bit set: the first of the picture, or a first macroblock of 0.
        begins = not is_slice and has_slice or is_slice and has_slice and first_bits & 0x80
        if begins:
            cut = start - 1 if data[start - 1] == 0 else start
            yield data[begin:cut]
            begin, has_slice = cut, False
        has_slice = has_slice or is_slice
    if has_slice:
        yield data[begin:]


class Decoder:
    """A channel that decodes video. Iterate over `pictures` to get what was decoded, in display order."""

    def __init__(self, width, height, coding=H265_MAIN):
        self.size = width, height
        self.coding = coding
        self.decoded = queue.Queue()
        self.context = checked(acl.rt.get_context())
        self.running = True
        self.thread = checked(acl.util.start_thread(self._serve, []))
        self.channel = acl.media.vdec_create_channel_desc()
        settings = {"channel_id": 0, "thread_id": self.thread, "callback": self._take, "entype": coding,
                    "out_pic_format": NV12}
        for name, value in settings.items():
            check(getattr(acl.media, f"vdec_set_channel_desc_{name}")(self.channel, value))
        check(acl.media.vdec_create_channel(self.channel))
        self.config = acl.media.vdec_create_frame_config()

    def _serve(self, _):
        """The thread that runs the callback."""
        check(acl.rt.set_context(self.context))
        while self.running:
            acl.rt.process_report(100)

    def _take(self, stream, desc, picture):
        """The callback: what was sent is used up, the picture is there."""
        check(acl.media.dvpp_free(acl.media.dvpp_get_stream_desc_data(stream)))
        check(acl.media.dvpp_destroy_stream_desc(stream))
        code = acl.media.dvpp_get_pic_desc_ret_code(desc)
        if code == 0:
            self.decoded.put(picture)
        else:
            print(f"a picture was not decoded: {code:#x}")
            picture.close()

    def _send(self, data, picture, last):
        stream = acl.media.dvpp_create_stream_desc()
        address = device_copy(data) if data else 0
        for name, value in {"data": address, "size": len(data), "format": self.coding, "eos": last}.items():
            check(getattr(acl.media, f"dvpp_set_stream_desc_{name}")(stream, value))
        desc = picture.desc if picture else 0
        check(acl.media.vdec_send_frame(self.channel, stream, desc, self.config, picture))
        return stream

    def pictures(self, data):
        """Decodes a whole file; close() each picture."""
        for unit in access_units(data, self.coding):
            self._send(unit, Picture.empty(*self.size), 0)
            while not self.decoded.empty():
                yield self.decoded.get()
        end = self._send(b"", None, 1)  # returns when everything before has come out
        check(acl.media.dvpp_destroy_stream_desc(end))
        while not self.decoded.empty():
            yield self.decoded.get()

    def close(self):
        check(acl.media.vdec_destroy_channel(self.channel))
        check(acl.media.vdec_destroy_channel_desc(self.channel))
        check(acl.media.vdec_destroy_frame_config(self.config))
        self.running = False
        check(acl.util.stop_thread(self.thread))
