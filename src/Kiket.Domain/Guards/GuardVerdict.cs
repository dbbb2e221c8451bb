using System.Globalization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Guards;

/// <summary>
/// What an extension says about a move before it happens. Of several verdicts the last of these that was given decides.
/// </summary>
/// <remarks>Source: contract 15.6; decisions, 14.</remarks>
internal enum GuardDecision
{
    /// <summary>It may happen.</summary>
    Allow,

    /// <summary>It has to be approved first.</summary>
    Pending,

    /// <summary>It must not happen.</summary>
    Deny,
}

/// <summary>One guard's answer.</summary>
/// <param name="Extension">The extension's id.</param>
/// <param name="Decision">What it says.</param>
/// <param name="Message">Why, in a sentence for people; or null.</param>
/// <param name="LatencyMs">How long it took, in milliseconds.</param>
internal sealed record GuardVerdict(string Extension, GuardDecision Decision, string? Message, int LatencyMs)
{
    /// <summary>Key of the approval that lets a move through which this guard wants approved.</summary>
    public string ApprovalKey => $"guard.{Extension}";

    /// <summary>The verdict as people read it.</summary>
    public string Sentence =>
        Decision switch
        {
            GuardDecision.Deny => Message ?? $"{Extension} denied the transition.",
            GuardDecision.Pending => Message ?? $"{Extension} requires an approval.",
            _ => Message ?? $"{Extension} allowed the transition.",
        };

    /// <summary>The decision and how long it took, such as <c>deny after 12 ms</c>.</summary>
    public string Summary => string.Create(CultureInfo.InvariantCulture, $"{WireName.Of(Decision)} after {LatencyMs} ms");
}
