using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>How urgent an issue is, the least urgent first. Clients use two scales at once; their values sort together.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<IssuePriority>))]
public enum IssuePriority
{
    /// <summary>Less than low.</summary>
    Lowest,

    /// <summary>Low.</summary>
    Low,

    /// <summary>The default.</summary>
    Medium,

    /// <summary>High.</summary>
    High,

    /// <summary>More than high.</summary>
    Highest,

    /// <summary>Now.</summary>
    Critical,
}
