using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Tests.Common;

public sealed class TypedIdTests
{
    [Fact]
    public void An_id_is_a_plain_number_in_json()
    {
        ProjectId[] projects = [new(5)];

        var json = JsonSerializer.Serialize(
            new
            {
                issue = new IssueId(42),
                user = (UserId?)null,
                projects,
            }
        );

        Assert.Equal("""{"issue":42,"user":null,"projects":[5]}""", json);
        Assert.Equal(new OrganizationId(7), JsonSerializer.Deserialize<OrganizationId>("7"));
        Assert.Null(JsonSerializer.Deserialize<ExtensionId?>("null"));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<IssueId>("""{"value":42}"""));
    }

    [Fact]
    public void An_id_is_the_name_of_a_property_in_json()
    {
        var loads = new Dictionary<UserId, decimal> { [new(7)] = 2.5m };

        var json = JsonSerializer.Serialize(loads);

        Assert.Equal("""{"7":2.5}""", json);
        Assert.Equal(loads, JsonSerializer.Deserialize<Dictionary<UserId, decimal>>(json));
    }

    [Fact]
    public void Ids_sort_by_number_and_show_their_digits()
    {
        IssueId[] ids = [new(10), new(9), new(100)];

        Assert.Equal(["9", "10", "100"], ids.Order().Select(id => $"{id}"));
    }

    [Theory]
    [InlineData("7", true)]
    [InlineData("07", false)]
    [InlineData("-7", false)]
    [InlineData("LEGAL-7", false)]
    public void A_typed_id_has_the_one_spelling_of_ids(string text, bool isId)
    {
        Assert.Equal(isId, WireId.TryParse(text, out ProjectId id));
        Assert.Equal(isId ? new ProjectId(7) : default, id);
    }
}
