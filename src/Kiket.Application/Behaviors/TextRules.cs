using FluentValidation;
using Kiket.Domain.Common;

namespace Kiket.Application.Behaviors;

internal static class TextRules
{
    /// <summary>At most so many characters, as <see cref="UnicodeText.Length"/> counts them.</summary>
    public static IRuleBuilderOptions<T, string?> MaximumCharacters<T>(this IRuleBuilder<T, string?> rule, int most) =>
        rule.Must(text => text is null || UnicodeText.Length(text) <= most)
            .WithMessage($"{{PropertyName}} can have at most {most} characters.");
}
