# SPDX-License-Identifier: Apache-2.0
"""VPC (manual 10.7.6) judged by OpenCV, and by arithmetic where OpenCV has other formulas."""
import acl
import numpy as np
import pytest
from pictures import (ABGR, ARGB, BGR, BGRA, GRAY, NV12, NV16, NV21, NV24, NV42, NV61, PACKED, PACKED_422, RGB, RGBA,
                      SEMI_PLANAR, UYVY, VYUY, YUV, YUV440, YUYV, YVU440, YVYU, Picture, random_components)

cv2 = pytest.importorskip("cv2", reason="OpenCV is the judge")
media = acl.media
pytestmark = pytest.mark.usefixtures("device")

INPUTS = [*range(18), YUV440, YVU440]
OUTPUTS = [GRAY, NV12, NV21, NV16, NV61, YUV, RGB, BGR, ARGB, ABGR, RGBA, BGRA]
LINEAR, NEAREST = 1, 2
CV_FILTERS = {LINEAR: cv2.INTER_LINEAR, NEAREST: cv2.INTER_NEAREST}


class Vpc:
    def __init__(self):
        self.channel = media.dvpp_create_channel_desc()
        assert media.dvpp_create_channel(self.channel) == 0
        self.stream, ret = acl.rt.create_stream()
        assert ret == 0
        self.config = media.dvpp_create_resize_config()

    def interpolation(self, number):
        assert media.dvpp_set_resize_config_interpolation(self.config, number) == 0

    def matrix(self, number):
        assert media.dvpp_set_channel_desc_param(self.channel, 0, number) == (self.channel, 0)

    def wait(self, ret):
        assert ret == 0, acl.get_recent_err_msg()
        assert acl.rt.synchronize_stream(self.stream) == 0

    def resize(self, source, result):
        self.wait(media.dvpp_vpc_resize_async(self.channel, source.desc, result.desc, self.config, self.stream))

    def convert(self, source, result):
        self.wait(media.dvpp_vpc_convert_color_async(self.channel, source.desc, result.desc, self.stream))

    def crop_resize_paste(self, source, result, crop, paste):
        areas = [media.dvpp_create_roi_config(left, left + width - 1, top, top + height - 1)
                 for left, top, width, height in (crop, paste)]
        self.wait(media.dvpp_vpc_crop_resize_paste_async(self.channel, source.desc, result.desc, *areas, self.config,
                                                         self.stream))
        for area in areas:
            assert media.dvpp_destroy_roi_config(area) == 0

    def close(self):
        assert media.dvpp_destroy_resize_config(self.config) == 0
        assert media.dvpp_destroy_channel(self.channel) == 0
        assert media.dvpp_destroy_channel_desc(self.channel) == 0
        assert acl.rt.destroy_stream(self.stream) == 0


@pytest.fixture
def vpc(device):
    made = Vpc()
    yield made
    made.close()


def sizes(rng, count, least=(10, 6), most=(300, 200), multiple=(1, 1)):
    for _ in range(count):
        yield tuple(int(rng.integers(low, high)) // step * step + (step if low % step else 0)
                    for low, high, step in zip(least, most, multiple))


@pytest.mark.parametrize("filter_number", [LINEAR, NEAREST])
@pytest.mark.parametrize("pixel_format", [GRAY, NV12, NV21, NV16, NV61, YUV, RGB, BGR, ARGB, RGBA])
def test_resize_is_opencv_plane_by_plane(vpc, pixel_format, filter_number):
    rng = np.random.default_rng(pixel_format * 10 + filter_number)
    vpc.interpolation(filter_number)
    for (width, height), (new_width, new_height) in zip(sizes(rng, 25, multiple=(2, 2)), sizes(rng, 25, multiple=(2, 2))):
        if rng.random() < 0.2:  # both sides halved are another formula
            new_width, new_height = max(10, width // 4 * 2), max(6, height // 4 * 2)
            width, height = 2 * new_width, 2 * new_height
        components = random_components(rng, pixel_format, width, height)
        source = Picture(pixel_format, width, height, rng.integers(0, 40, 2), components)
        result = Picture(pixel_format, new_width, new_height, rng.integers(0, 40, 2))
        vpc.resize(source, result)
        found = result.fetch()
        for before, after in zip(components, found):
            expected = cv2.resize(before, after.shape[::-1], interpolation=CV_FILTERS[filter_number])
            np.testing.assert_array_equal(after, expected, err_msg=f"{width}x{height} to {new_width}x{new_height}")
        source.close()
        result.close()


def upsampled(components, shape):
    return [np.repeat(np.repeat(c, shape[0] // c.shape[0], 0), shape[1] // c.shape[1], 1) for c in components]


TO_RGB = np.array([  # manual 10.14.8
    [[1, 0, 1.402], [1, -0.344, -0.714], [1, 1.772, 0]],
    [[1.16438, 0, 1.59602], [1.16438, -0.39176, -0.81297], [1.16438, 2.01723, 0]],
    [[1, 0, 1.5748], [1, -0.18732, -0.46812], [1, 1.8556, 0]],
    [[1.16438, 0, 1.79274], [1.16438, -0.21325, -0.53291], [1.16438, 2.1124, 0]],
    [[1, 0, 1.4746], [1, -0.16455, -0.57135], [1, 1.8814, 0]],
    [[1.16438, 0, 1.67868], [1.16438, -0.18733, -0.65042], [1.16438, 2.14177, 0]]])
BEFORE = np.array([[16 if narrow else 0, 128, 128] for narrow in (0, 1, 0, 1, 0, 1)])
TO_YUV = np.array([
    [[.299, .587, .114], [-.168, -.331, .500], [.500, -.419, -.081]],
    [[.25679, .51564, .10014], [-.14491, -.29099, .43922], [.42941, -.36779, -.07143]],
    [[.2126, .7152, .0722], [-.11457, -.38543, .5], [.5, -.45415, -.04585]],
    [[.18259, .62825, .06342], [-.0984, -.33857, .43922], [.42941, -.39894, -.04027]],
    [[.2627, .678, .0593], [-.13963, -.36037, .5], [.5, -.45979, -.04021]],
    [[.22564, .59558, .05209], [-.11992, -.31656, .43922], [.42941, -.40389, -.03533]]])
AFTER = np.array([[-0.5, 127.5, 127.5], [16, 128, 128], [0, 128, 128], [16, 128, 128], [0, 128, 128], [16, 128, 128]])


def is_rgb(pixel_format):
    return RGB <= pixel_format <= BGRA


def converted(components, source_format, result_format, shape, matrix):
    """In real arithmetic, not rounded; chroma as the result shares it."""
    full = [c.astype(float) for c in upsampled(components[:3], shape)]
    if not is_rgb(source_format) and is_rgb(result_format):
        full = np.clip(np.tensordot(TO_RGB[matrix], np.stack(full) - BEFORE[matrix][:, None, None], 1), 0, 255)
    elif is_rgb(source_format) and not is_rgb(result_format):
        full = np.clip(np.tensordot(TO_YUV[matrix], np.stack(full), 1) + AFTER[matrix][:, None, None], 0, 255)
    if result_format == GRAY:
        return [full[0]]
    across, down = SEMI_PLANAR.get(result_format, (1, 1))
    height, width = shape
    return [full[0], *(c.reshape(height // down, down, width // across, across).mean((1, 3)) for c in full[1:])]


@pytest.mark.parametrize("source_format", [f for f in INPUTS if f != GRAY])
def test_colours_are_within_one_of_the_exact_matrix(vpc, source_format):
    rng = np.random.default_rng(source_format)
    for result_format in OUTPUTS:
        for matrix in range(6):
            width, height = next(sizes(rng, 1, most=(90, 50), multiple=(2, 2)))
            vpc.matrix(matrix)
            components = random_components(rng, source_format, width, height)
            source = Picture(source_format, width, height, rng.integers(0, 40, 2), components)
            result = Picture(result_format, width, height, rng.integers(0, 40, 2))
            vpc.convert(source, result)
            found = result.fetch()
            expected = converted(components, source_format, result_format, (height, width), matrix)
            # A mean of chroma that is rounded before and after can be off by half of one more.
            shares = result_format in SEMI_PLANAR and is_rgb(source_format)
            for after, exact in zip(found, expected):
                error = np.abs(after - exact).max()
                assert error <= (1.5 if shares else 1), f"{source_format} to {result_format}, matrix {matrix}: {error}"
            if len(found) == 4:
                alpha = components[3] if len(components) == 4 else 255
                np.testing.assert_array_equal(found[3], np.broadcast_to(alpha, found[3].shape))
            source.close()
            result.close()


def test_gray_is_copied(vpc):
    rng = np.random.default_rng(5)
    components = random_components(rng, GRAY, 33, 21)
    source, result = Picture(GRAY, 33, 21, (6, 2), components), Picture(GRAY, 33, 21, (2, 8))
    vpc.convert(source, result)
    np.testing.assert_array_equal(result.fetch()[0], components[0])
    source.close()
    result.close()


@pytest.mark.parametrize("pixel_format", [f for f in OUTPUTS])
def test_crop_and_paste_are_bit_exact(vpc, pixel_format):
    rng = np.random.default_rng(100 + pixel_format)
    for width, height in sizes(rng, 15, least=(40, 30), most=(120, 90), multiple=(2, 2)):
        part = rng.integers(5, 10) * 2, rng.integers(3, 8) * 2
        crop, paste = ([int(rng.integers(0, (size - side) // 2 + 1)) * 2 for size, side in zip((width, height), part)]
                       for _ in range(2))
        components, below = (random_components(rng, pixel_format, width, height) for _ in range(2))
        source, result = Picture(pixel_format, width, height, (4, 2), components), \
            Picture(pixel_format, width, height, (8, 6), below)
        vpc.crop_resize_paste(source, result, (*crop, *part), (*paste, *part))
        for before, expected, found in zip(components, below, result.fetch()):
            down, across = height // before.shape[0], width // before.shape[1]

            def area(corner):
                return (slice(corner[1] // down, (corner[1] + part[1]) // down),
                        slice(corner[0] // across, (corner[0] + part[0]) // across))
            expected[area(paste)] = before[area(crop)]
            np.testing.assert_array_equal(found, expected)
        source.close()
        result.close()


@pytest.mark.parametrize("pixel_format", [GRAY, RGB, YUV, RGBA])
def test_odd_parts_are_resized_as_pictures_of_their_own(vpc, pixel_format):
    rng = np.random.default_rng(200 + pixel_format)
    vpc.interpolation(LINEAR)
    for width, height in sizes(rng, 15, least=(40, 30), most=(120, 90)):
        crop = [int(rng.integers(10, width - 5)), int(rng.integers(6, height - 5))]
        corner = [int(rng.integers(0, width - crop[0] + 1)), int(rng.integers(0, height - crop[1] + 1))]
        size = [int(rng.integers(10, width)), int(rng.integers(6, height))]
        place = [int(rng.integers(0, width - size[0] + 1)), int(rng.integers(0, height - size[1] + 1))]
        components, below = (random_components(rng, pixel_format, width, height) for _ in range(2))
        source = Picture(pixel_format, width, height, (4, 2), components)
        result = Picture(pixel_format, width, height, (8, 6), below)
        vpc.crop_resize_paste(source, result, (*corner, *crop), (*place, *size))
        for before, expected, found in zip(components, below, result.fetch()):
            part = before[corner[1]:corner[1] + crop[1], corner[0]:corner[0] + crop[0]]
            expected[place[1]:place[1] + size[1], place[0]:place[0] + size[0]] = cv2.resize(part, size)
            np.testing.assert_array_equal(found, expected)
        source.close()
        result.close()


def test_pyramid_is_opencv(vpc):
    rng = np.random.default_rng(9)
    for width, height in sizes(rng, 25, least=(20, 12)):
        components = random_components(rng, GRAY, width, height)
        source = Picture(GRAY, width, height, rng.integers(0, 40, 2), components)
        result = Picture(GRAY, width // 2, height // 2, rng.integers(0, 40, 2))
        vpc.wait(media.dvpp_vpc_pyr_down_async(vpc.channel, source.desc, result.desc, 0, vpc.stream))
        expected = cv2.pyrDown(components[0], dstsize=(width // 2, height // 2))
        np.testing.assert_array_equal(result.fetch()[0], expected)
        source.close()
        result.close()


class Batch:
    def __init__(self, pictures):
        self.desc = media.dvpp_create_batch_pic_desc(len(pictures))
        self.pictures = [Picture(*picture, desc=media.dvpp_get_pic_desc(self.desc, i))
                         for i, picture in enumerate(pictures)]

    def close(self):
        for picture in self.pictures:
            picture.close()
        assert media.dvpp_destroy_batch_pic_desc(self.desc) == 0


def test_batches_give_what_single_calls_give(vpc):
    rng = np.random.default_rng(10)
    counts = [3, 0, 2]
    inputs = [(GRAY, 60, 40, (2, 2), random_components(rng, GRAY, 60, 40)) for _ in counts]
    crops = [(int(rng.integers(0, 20)), int(rng.integers(0, 10)), 31, 25) for _ in range(sum(counts))]
    owners = [0, 0, 0, 2, 2]
    rois = [media.dvpp_create_roi_config(x, x + w - 1, y, y + h - 1) for x, y, w, h in crops]
    paste = media.dvpp_create_roi_config(5, 25, 4, 20)
    sources = Batch(inputs)
    parts = [inputs[owner][4][0][y:y + h, x:x + w] for owner, (x, y, w, h) in zip(owners, crops)]

    def expected(part, linear, pasted):
        size = (21, 17) if pasted else (40, 30)
        resized = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR if linear else cv2.INTER_NEAREST)
        if not pasted:
            return resized
        whole = np.zeros((30, 40), np.uint8)
        whole[4:21, 5:26] = resized
        return whole

    vpc.interpolation(NEAREST)
    pastes = [paste] * len(rois)
    calls = {
        (True, False): lambda to: media.dvpp_vpc_batch_crop_async(
            vpc.channel, sources.desc, counts, to, rois, vpc.stream),
        (False, False): lambda to: media.dvpp_vpc_batch_crop_resize_async(
            vpc.channel, sources.desc, counts, to, rois, vpc.config, vpc.stream),
        (True, True): lambda to: media.dvpp_vpc_batch_crop_and_paste_async(
            vpc.channel, sources.desc, counts, to, rois, pastes, vpc.stream),
        (False, True): lambda to: (to, media.dvpp_vpc_batch_crop_resize_paste_async(
            vpc.channel, sources.desc, counts, to, rois, pastes, vpc.config, vpc.stream)),
    }
    for (linear, pasted), call in calls.items():
        results = Batch([(GRAY, 40, 30, (2, 2), [np.zeros((30, 40), np.uint8)]) for _ in rois])
        desc, ret = call(results.desc)
        assert desc == results.desc
        vpc.wait(ret)
        for part, picture in zip(parts, results.pictures):
            np.testing.assert_array_equal(picture.fetch()[0], expected(part, linear, pasted))
        results.close()
    sources.close()
    for roi in (*rois, paste):
        assert media.dvpp_destroy_roi_config(roi) == 0


def test_lists_of_a_batch(vpc):
    sources, results = Batch([(GRAY, 20, 20)]), Batch([(GRAY, 20, 20)])
    roi = media.dvpp_create_roi_config(0, 19, 0, 19)

    def call(counts, rois):
        return media.dvpp_vpc_batch_crop_async(vpc.channel, sources.desc, counts, results.desc, rois, vpc.stream)

    assert call([1], [roi]) == (results.desc, 0)
    assert call((1,), (roi,)) == (results.desc, 0)
    for counts, rois in (([1], []), ([1], [roi, roi]), ([2], [roi]), ([], []), ([1, 0], [roi]), ([1 << 32], [roi])):
        assert call(counts, rois)[1] == 100000, (counts, rois)
        assert acl.get_recent_err_msg()
    assert call([1], [0]) == (results.desc, 100000)
    for counts, rois in ((1, [roi]), ([1], roi), (["1"], [roi]), ([1], [None]), (None, [roi])):
        with pytest.raises(TypeError):
            call(counts, rois)
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    sources.close()
    results.close()
    assert media.dvpp_destroy_roi_config(roi) == 0
