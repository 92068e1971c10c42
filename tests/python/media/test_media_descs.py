# SPDX-License-Identifier: Apache-2.0
"""Media memory, channels for pictures and descriptions from Python (manual 10.7.3 to 10.7.5)."""

import acl
import pytest

media = acl.media


pytestmark = pytest.mark.usefixtures("device")


def test_memory():
    address, ret = media.dvpp_malloc(1000)
    assert ret == 0 and address % 128 == 0
    assert media.dvpp_free(address) == 0
    assert media.dvpp_free(address) == 107000
    assert media.dvpp_malloc(0) == (0, 100000)


def test_channel():
    channel = media.dvpp_create_channel_desc()
    assert channel != 0
    assert media.dvpp_set_channel_desc_mode(channel, 3) == 0
    assert media.dvpp_set_channel_desc_mode(channel, 16) == 100000
    assert media.dvpp_create_channel(channel) == 0
    assert media.dvpp_get_channel_desc_channel_id(channel) == 0
    assert media.dvpp_destroy_channel(channel) == 0
    assert media.dvpp_destroy_channel_desc(channel) == 0
    assert media.dvpp_destroy_channel(channel) == 200005


def test_parameters_of_a_channel():
    channel = media.dvpp_create_channel_desc()
    for kind, value in ((0, 3), (1, 6), (3, 16384), (4, 9000), (5, 1)):
        assert media.dvpp_set_channel_desc_param(channel, kind, value) == (channel, 0)
        assert media.dvpp_get_channel_desc_param(channel, kind) == (4, value, 0)
    assert media.dvpp_set_channel_desc_param(channel, 0, 6) == (channel, 100000)
    assert media.dvpp_set_channel_desc_param(channel, 0, 1 << 32) == (channel, 100000)
    assert ": param is 4294967296" in acl.get_recent_err_msg()
    assert media.dvpp_set_channel_desc_param(channel, 2, 7) == (channel, 100000)
    assert media.dvpp_set_channel_desc_param(channel, 6, 7) == (channel, 100000)
    assert media.dvpp_get_channel_desc_param(channel, 2) == (0, 0, 100000), "there is no channel yet"
    assert media.dvpp_create_channel(channel) == 0
    assert media.dvpp_get_channel_desc_param(channel, 2) == (8, 0, 0)
    with pytest.raises(TypeError, match="param must be int"):
        media.dvpp_set_channel_desc_param(channel, 0, "1")
    assert media.dvpp_destroy_channel_desc(channel) == 0


def properties(set_name, get_name, desc, values):
    for name, value in values.items():
        assert getattr(media, set_name + name)(desc, value) == 0
    for name, value in values.items():
        assert getattr(media, get_name + name)(desc) == value


def test_picture():
    desc = media.dvpp_create_pic_desc()
    properties("dvpp_set_pic_desc_", "dvpp_get_pic_desc_", desc, {
        "data": 12345, "size": 7, "format": 10000, "width": 1, "height": 2, "width_stride": 3, "height_stride": 4,
        "ret_code": 5})
    assert media.dvpp_destroy_pic_desc(desc) == 0
    assert media.dvpp_destroy_pic_desc(desc) == 200005


def test_coded_video():
    desc = media.dvpp_create_stream_desc()
    properties("dvpp_set_stream_desc_", "dvpp_get_stream_desc_", desc, {
        "data": 12345, "size": 7, "format": 3, "timestamp": (1 << 64) - 1, "ret_code": 5, "eos": 1})
    assert media.dvpp_destroy_stream_desc(desc) == 0


def test_batch():
    batch = media.dvpp_create_batch_pic_desc(3)
    pictures = [media.dvpp_get_pic_desc(batch, i) for i in range(3)]
    assert len(set(pictures)) == 3 and 0 not in pictures
    assert media.dvpp_get_pic_desc(batch, 3) == 0
    assert media.dvpp_destroy_batch_pic_desc(batch) == 0
    assert media.dvpp_set_pic_desc_width(pictures[0], 1) == 200005


def test_border():
    config, ret = media.dvpp_create_border_config()
    assert config != 0 and ret == 0
    properties("dvpp_set_border_config_", "dvpp_get_border_config_", config, {
        "border_type": 1, "top": 2, "bottom": 4, "left": 6, "right": 8})
    for index in range(3):
        assert media.dvpp_set_border_config_value(config, index, 10 * index) == 0
        assert media.dvpp_get_border_config_value(config, index) == 10.0 * index
    assert media.dvpp_set_border_config_value(config, 4, 0) == 100000
    assert media.dvpp_destroy_border_config(config) == 0


def test_rectangle():
    roi = media.dvpp_create_roi_config(0, 9, 0, 5)
    assert roi != 0
    for side in ("left", "right", "top", "bottom"):
        assert getattr(media, f"dvpp_set_roi_config_{side}")(roi, 7) == 0
    assert media.dvpp_set_roi_config(roi, 0, 9, 0, 5) == 0
    assert media.dvpp_destroy_roi_config(roi) == 0
    assert media.dvpp_destroy_roi_config(roi) == 200005


def test_resizing():
    config = media.dvpp_create_resize_config()
    assert media.dvpp_get_resize_config_interpolation(config) == 0
    assert media.dvpp_set_resize_config_interpolation(config, 2) == 0
    assert media.dvpp_get_resize_config_interpolation(config) == 2
    assert media.dvpp_set_resize_config_interpolation(config, 6) == 100000
    assert media.dvpp_destroy_resize_config(config) == 0


def test_decoder():
    desc = media.vdec_create_channel_desc()
    values = {"channel_id": 7, "thread_id": 123456789, "entype": 3, "out_pic_format": 2, "out_pic_width": 1920,
              "out_pic_height": 1088, "ref_frame_num": 4, "out_mode": 1, "bit_depth": 0}
    properties("vdec_set_channel_desc_", "vdec_get_channel_desc_", desc, values)
    assert media.vdec_destroy_channel_desc(desc) == 0
