using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Kiket.Api.SignIn;

/// <summary>A piece of HTML. In an interpolated string every value is encoded, except other pieces.</summary>
[InterpolatedStringHandler]
internal sealed class Html
{
    private readonly StringBuilder text;

    public Html(int literalLength, int formattedCount) => text = new(literalLength + 32 * formattedCount);

    public static Html Empty => new(0, 0);

    public static Html Of(Html html) => html;

    public static Html Join(IEnumerable<Html> pieces)
    {
        var joined = Empty;
        foreach (var piece in pieces)
            joined.AppendFormatted(piece);
        return joined;
    }

    public void AppendLiteral(string literal) => text.Append(literal);

    public void AppendFormatted(string? value) => text.Append(HtmlEncoder.Default.Encode(value ?? ""));

    public void AppendFormatted(int value) => text.Append(value);

    public void AppendFormatted(Html piece) => text.Append(piece.text);

    public override string ToString() => text.ToString();
}
