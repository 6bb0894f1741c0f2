"""Picture files as PDF/A-2 image objects: coded bytes as they are, or pixels without loss.

What becomes of each (the first line that fits):

| arrives as | is kept as |
|---|---|
| JPEG in Huffman coding (baseline, progressive): grey, YCbCr, RGB, CMYK, YCCK | its bytes |
| JPEG in arithmetic coding, or called YCbCr by JFIF and RGB by Adobe | its pixels, Flate |
| TIFF: one strip of Group 4; Group 3 (1D, 2D), modified Huffman | its codes, joined |
| TIFF: the same in FillOrder 2 | its codes, the bits of each byte turned round |
| TIFF: Group 4 in several strips | its pixels, one Group 4; if large, a picture a strip |
| TIFF: JPEG in strips | one JPEG of the strips' codes, with restart markers between them |
| TIFF: JPEG in tiles | a picture of each tile |
| TIFF: JPEG of the old style, named as a whole | its bytes |
| TIFF: one strip of Deflate, 8 bit | its codes, with the predictor of TIFF |
| TIFF: bitonal in any other coding | its pixels, Group 4 |
| TIFF: grey 2 to 16 bit, RGB 8 and 16 bit, CMYK, palette, planes, tiles | its pixels, Flate |
| PNG without alpha and interlacing, 1 to 16 bit, palette too | its compressed pixels |
| PNG interlaced, 8 bit (grey: 16 bit) | its pixels, Flate |
| a transparent colour (tRNS) | the same, with a colour key or a soft mask |
| alpha, 8 bit, not premultiplied | colours and alpha apart, Flate; no mask if it is not needed |
| alpha premultiplied or of 16 bit; interlaced RGB of 16 bit; Lab; raw YCbCr | drawn anew, told |
| samples of 32 bit or real numbers | nothing: refused (`unknown_type`) |
| orientation 3, 6, 8 (EXIF, TIFF) | as stored; the page is turned (/Rotate) |
| orientation 2, 4, 5, 7 | as stored; shown mirrored by a matrix, the page is turned |
| an ICC profile that PDF/A-2 allows | the same; one object for all pages that share it |
| RGB with another profile | taken as sRGB, told (`no_colour_profile`) |
| CMYK without profile | read by the profile of `colours`, told (`no_colour_profile`) |
| gAMA, cHRM, sRGB of a PNG | not followed: taken as sRGB |
| a resolution that cannot be true | 300 dpi; without unit, its ratio (see eakte.pages.pictures) |

Pictures that memory cannot hold as pixels (see `large`) are drawn and decoded small.
"""
