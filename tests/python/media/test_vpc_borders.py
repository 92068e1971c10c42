# SPDX-License-Identifier: Apache-2.0
"""Borders around resized parts (manual 10.7.6.13), judged by OpenCV component by component."""
import acl
import numpy as np
import pytest
from pictures import BGR, GRAY, NV12, NV16, NV21, RGB, RGBA, YUV, Picture, random_components

cv2 = pytest.importorskip("cv2", reason="OpenCV is the judge")
media = acl.media
pytestmark = pytest.mark.usefixtures("device")

TYPES = [cv2.BORDER_CONSTANT, cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT, cv2.BORDER_REFLECT_101]
TOP, BOTTOM, LEFT, RIGHT = 4, 16, 8, 12
VALUES = (20, 90, 200)


@pytest.fixture
def place(device):
    channel = media.dvpp_create_channel_desc()
    assert media.dvpp_create_channel(channel) == 0
    stream, ret = acl.rt.create_stream()
    assert ret == 0
    yield channel, stream
    assert media.dvpp_destroy_channel(channel) == 0
    assert media.dvpp_destroy_channel_desc(channel) == 0
    assert acl.rt.destroy_stream(stream) == 0


def border_config(kind):
    border, ret = media.dvpp_create_border_config()
    assert ret == 0
    assert media.dvpp_set_border_config_border_type(border, kind) == 0
    for name, value in (("top", TOP), ("bottom", BOTTOM), ("left", LEFT), ("right", RIGHT)):
        assert getattr(media, f"dvpp_set_border_config_{name}")(border, value) == 0
    for index, value in enumerate(VALUES):
        assert media.dvpp_set_border_config_value(border, index, value) == 0
    return border


def batch(pixel_format, width, height, components=None, count=1):
    handle = media.dvpp_create_batch_pic_desc(count)
    return handle, [Picture(pixel_format, width, height, (6, 2), components, media.dvpp_get_pic_desc(handle, index))
                    for index in range(count)]


def surround(place, sources, counts, results, crops, borders, interpolation=1):
    config = media.dvpp_create_resize_config()
    assert media.dvpp_set_resize_config_interpolation(config, interpolation) == 0
    ret = media.dvpp_vpc_batch_crop_resize_make_border_async(place[0], sources, counts, results, crops, borders,
                                                             config, place[1])
    assert acl.rt.synchronize_stream(place[1]) == 0
    assert media.dvpp_destroy_resize_config(config) == 0
    return ret


@pytest.mark.parametrize("kind", range(4))
@pytest.mark.parametrize("pixel_format", [GRAY, NV12, NV21, NV16, YUV, RGB, BGR, RGBA])
def test_borders_are_opencvs(place, pixel_format, kind):
    components = random_components(np.random.default_rng(kind), pixel_format, 40, 30)
    sources, _ = batch(pixel_format, 40, 30, components)
    results, outputs = batch(pixel_format, 60, 50)
    border, area = border_config(kind), media.dvpp_create_roi_config(0, 39, 0, 29)
    assert surround(place, sources, [1], results, [area], [border]) == 0, acl.get_recent_err_msg()
    for got, component, value in zip(outputs[0].fetch(), components, (*VALUES, 255)):
        down, across = 30 // component.shape[0], 40 // component.shape[1]
        wanted = cv2.copyMakeBorder(component, TOP // down, BOTTOM // down, LEFT // across, RIGHT // across,
                                    TYPES[kind], value=value)
        np.testing.assert_array_equal(got, wanted)


def test_a_part_is_resized_to_what_the_border_leaves(place):
    luma = random_components(np.random.default_rng(5), GRAY, 100, 80)
    sources, _ = batch(GRAY, 100, 80, luma)
    results, outputs = batch(GRAY, 64, 50)
    area = media.dvpp_create_roi_config(10, 69, 5, 74)
    for interpolation, mode in ((1, cv2.INTER_LINEAR), (2, cv2.INTER_NEAREST)):
        assert surround(place, sources, [1], results, [area], [border_config(1)], interpolation) == 0
        inner = cv2.resize(luma[0][5:75, 10:70], (64 - LEFT - RIGHT, 50 - TOP - BOTTOM), interpolation=mode)
        wanted = cv2.copyMakeBorder(inner, TOP, BOTTOM, LEFT, RIGHT, cv2.BORDER_REPLICATE)
        np.testing.assert_array_equal(outputs[0].fetch()[0], wanted)


def test_values_are_rgb_unless_both_pictures_are_yuv(place):
    sources, _ = batch(RGB, 40, 30, random_components(np.random.default_rng(6), RGB, 40, 30))
    results, outputs = batch(NV12, 60, 50)
    area = media.dvpp_create_roi_config(0, 39, 0, 29)
    assert surround(place, sources, [1], results, [area], [border_config(0)]) == 0
    matrix = np.array([[0.299, 0.587, 0.114], [-0.168, -0.331, 0.5], [0.5, -0.419, -0.081]])
    exact = matrix @ np.array(VALUES) + (0, 128, 128)
    assert all(abs(float(got[0, 0]) - value) <= 1 for got, value in zip(outputs[0].fetch(), exact))
    sources, _ = batch(NV12, 40, 30, random_components(np.random.default_rng(6), NV12, 40, 30))
    results, outputs = batch(BGR, 60, 50)
    assert surround(place, sources, [1], results, [area], [border_config(0)]) == 0
    assert [int(got[0, 0]) for got in outputs[0].fetch()] == list(VALUES)


def test_lists(place):
    sources, _ = batch(GRAY, 40, 30)
    results, _ = batch(GRAY, 60, 50, count=2)
    crops, border = [media.dvpp_create_roi_config(0, 39, 0, 29)] * 2, border_config(0)
    assert surround(place, sources, [2], results, crops, [border]) == 100000
    assert "border_cfgs_list" in acl.get_recent_err_msg()
    assert surround(place, sources, [2], results, crops, [border, sources]) == 200005
    with pytest.raises(TypeError, match="border_cfgs_list"):
        surround(place, sources, [2], results, crops, border)
    assert surround(place, sources, [2], results, crops, [border] * 2) == 0
