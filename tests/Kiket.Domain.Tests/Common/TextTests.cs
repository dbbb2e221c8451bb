using System.Globalization;
using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Tests.Common;

public sealed class TextTests
{
    [Theory]
    [InlineData("οδός", "ΟΔΟΣ")]
    [InlineData("Straße", "STRASSE")]
    [InlineData("Café", "CAFE\u0301")]
    [InlineData("ışık", "IŞIK")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("ﬁle", "FILE")]
    [InlineData("Ёлка", "елка")]
    [InlineData("مُحَمَّد", "محمد")]
    [InlineData("שָׁלוֹם", "שלום")]
    [InlineData("ﾊﾟｽ", "パス")]
    [InlineData("co\u00ADop\u200Bera\u2060te", "cooperate")]
    [InlineData("한글", "\u1112\u1161\u11AB\u1100\u1173\u11AF")]
    public void Spellings_of_one_word_fold_to_the_same(string one, string other) =>
        Assert.Equal(SearchText.Of(one), SearchText.Of(other));

    [Theory]
    [InlineData("バス", "パス")]
    [InlineData("ハス", "バス")]
    [InlineData("कि", "कु")]
    [InlineData("กี่", "กา")]
    [InlineData("하", "한")]
    [InlineData("سأل", "سال")]
    public void Marks_that_make_another_word_remain(string one, string other) =>
        Assert.DoesNotContain(SearchText.Of(one), SearchText.Of(other), StringComparison.Ordinal);

    [Fact]
    public void Words_end_at_white_space_of_every_kind_and_empty_ones_are_dropped()
    {
        Assert.Equal(["a", "b", "c", "d", "e"], SearchText.Words("A\u3000B\tC\u00A0d\n\u200B e\u2028"));
        Assert.Empty(SearchText.Words("\u200B \u00AD"));
    }

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("az")]
    [InlineData("de-DE")]
    public void The_culture_of_the_process_changes_nothing(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal("incident title", SearchText.Of("INCIDENT TITLE"));
            Assert.Equal("istanbul ı".Replace('ı', 'i'), SearchText.Of("İSTANBUL ı"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("\u200B\u200D")]
    [InlineData("\u3164 \u2800")]
    [InlineData("\u0007\u00AD\uFEFF")]
    [InlineData("\U000E0041\u3000")]
    public void A_text_without_anything_to_see_is_blank(string? text) => Assert.True(UnicodeText.IsBlank(text));

    [Theory]
    [InlineData("x\u200B")]
    [InlineData("👩‍👩‍👧")]
    [InlineData("ー")]
    public void A_text_with_something_to_see_is_not_blank(string text) => Assert.False(UnicodeText.IsBlank(text));

    [Fact]
    public void Labels_that_look_alike_are_one()
    {
        Assert.Equal(UnicodeText.CleanLabel("café"), UnicodeText.CleanLabel("cafe\u0301"));
        Assert.Equal("my bug", UnicodeText.CleanLabel(" my\u00A0\u3000b\u200Bug\u00AD "));
        Assert.Equal("👩‍👧 ❤️", UnicodeText.CleanLabel("👩‍👧 ❤️"));
    }

    [Fact]
    public void Characters_are_counted_as_scalar_values_and_never_cut_in_two()
    {
        Assert.Equal(3, UnicodeText.Length("a😀b"));
        Assert.Equal("a", UnicodeText.Cut("a😀b", 2));
        Assert.Equal("a😀", UnicodeText.Cut("a😀b", 3));
        Assert.Equal("\uFFFDx", UnicodeText.Clean("\uD83Dx"));
    }

    [Theory]
    [InlineData("""{ "a" : [ 1, null, "\u00e4\ud83d\ude00" ], "b\"\n": {} }""", """{"a":[1,null,"ä😀"],"b\"\n":{}}""")]
    [InlineData("""[ true , 1.50, "\u0001" ]""", """[true,1.50,"\u0001"]""")]
    public void Json_is_as_large_as_its_shortest_form(string written, string shortest) =>
        Assert.Equal(System.Text.Encoding.UTF8.GetByteCount(shortest), JsonValues.SizeOf(JsonElement.Parse(written)));
}
