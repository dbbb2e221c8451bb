using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

public sealed class TemplateFileTests
{
    private const string Path = ".kiket/templates/issues/story.yaml";

    [Fact]
    public void A_template_is_read_with_its_defaults_and_its_fields()
    {
        var pack = Read(
            (TypesPath, Types),
            (MainPath, Main),
            (
                Path,
                """
                model_version: 1.0
                template:
                  key: lease
                  name: A lease
                  description: For every new lease.
                  scope: project
                  defaults:
                    title: Sign the lease
                    description: |
                      Check the names.
                    issue_type: Contract
                    status: review
                    priority: high
                    labels: [lease]
                    story_points: 2
                    custom_fields: {rent: 1200, note: ~}
                  required_fields: [description, rent]
                  fields:
                    rent: {type: number, label: Rent}
                    landlord: {type: string, required: true}
                """
            )
        ).Value;

        var template = Assert.Single(pack.Schema.Templates);
        Assert.Equal(("lease", "A lease", "For every new lease."), (template.Key, template.Name, template.Description));
        Assert.Equal(
            ("Sign the lease", "Check the names.\n", "Contract", "review"),
            (template.Title, template.Text, template.IssueType?.Value, template.Status?.Value)
        );
        Assert.Equal((IssuePriority.High, 2m), (template.Priority, template.StoryPoints));
        Assert.Equal(["lease"], template.Labels);
        Assert.Equal("""{"rent":1200}""", JsonSerializer.Serialize(template.CustomFields));
        Assert.Equal(["description", "rent", "landlord"], template.RequiredFields);
        Assert.Equal(
            [("rent", CustomFieldType.Number), ("landlord", CustomFieldType.String)],
            template.Fields.Select(f => (f.Key, f.Type))
        );
        Assert.Empty(pack.Warnings);
    }

    [Fact]
    public void An_older_template_has_its_defaults_beside_its_name_and_its_fields_in_a_list()
    {
        var pack = Read(
            (TypesPath, Types),
            (MainPath, Main),
            (
                ".kiket/issue_templates/claim.yml",
                """
                issue_template:
                  issue_type: contract
                  priority: low
                  fields:
                    - {key: kind, type: enum, options: [a, b], required: true}
                  default_custom_fields: {kind: a}
                """
            )
        ).Value;

        var template = Assert.Single(pack.Schema.Templates);
        Assert.Equal(
            ("claim", "Claim", "contract", IssuePriority.Low),
            (template.Key, template.Name, template.IssueType?.Value, template.Priority)
        );
        Assert.Equal("""{"kind":"a"}""", JsonSerializer.Serialize(template.CustomFields));
        Assert.Equal(["kind"], template.RequiredFields);
        Assert.Empty(pack.Warnings);
    }

    [Theory]
    [InlineData("template: {key: t, colour: red}\n", "1:20 The key 'colour' is not known here; it is kept but ignored.")]
    [InlineData(
        "template: {key: t, scope: organization}\n",
        "1:27 The scope 'organization' is not known; the template belongs to the project."
    )]
    [InlineData(
        "template: {key: t, defaults: {colour: red}}\n",
        "1:31 The key 'colour' is not known here; it is kept but ignored."
    )]
    [InlineData(
        "template: {key: t, issue_type: claim}\n",
        "1:32 The template refers to the issue type 'claim', which does not exist."
    )]
    [InlineData("template: {key: t, defaults: {status: lost}}\n", "1:39 Workflow main has no state 'lost'.")]
    [InlineData(
        "templates: []\n",
        "1:1 The file has no template.",
        "1:1 The key 'templates' is not known here; it is kept but ignored. Did you mean 'template'?"
    )]
    public void What_a_template_names_and_the_pack_does_not_have_is_a_warning(string text, params string[] expected) =>
        Assert.Equal(
            expected.Order(),
            Read((TypesPath, Types), (MainPath, Main), (Path, text))
                .Value.Warnings.Select(w => $"{w.Line}:{w.Column} {w.Message}")
                .Order()
        );

    [Fact]
    public void A_custom_field_that_issues_do_not_have_is_a_warning_where_the_project_says_which_they_have()
    {
        var pack = Read(
            (TypesPath, "issue_types:\n  - {key: contract, fields: [{key: rent}]}\n"),
            (MainPath, Main),
            (
                Path,
                "template: {key: t, custom_fields: {rent: 1, tax: 2}, "
                    + "required_fields: [rent, custom_fields.rent, status, assigned_to, titel]}\n"
            )
        ).Value;

        Assert.Equal(
            [
                "Issues of type contract have no field 'titel', which the template requires.",
                "Issues of type contract have no custom field 'tax', which the template sets.",
            ],
            pack.Warnings.Select(w => w.Message)
        );
    }

    [Theory]
    [InlineData(
        "template: {key: t, priority: urgent}\n",
        "1:30 'urgent' is not a valid priority; use lowest, low, medium, high, highest, critical."
    )]
    [InlineData(
        "template: {key: t, fields: {a: {type: colour}}}\n",
        "1:39 'colour' is not a valid custom field type; use string, text, number, integer, boolean, enum, multi_enum, "
            + "date, datetime, url, email."
    )]
    [InlineData("template: {key: t, fields: [{key: a}, {key: a}]}\n", "1:45 The field 'a' is listed twice.")]
    [InlineData("template: [a]\n", "1:11 template must be a map of keys and values.")]
    public void Faults_of_a_template_have_their_place(string text, params string[] expected) =>
        Assert.Equal(expected, Faults(Path, text));

    [Fact]
    public void Two_templates_cannot_have_one_key() =>
        Assert.Equal(
            "There is already a template story, in .kiket/issue_templates/story.yaml.",
            Assert
                .Single(
                    Read(
                        (TypesPath, Types),
                        (MainPath, Main),
                        (Path, "template: {name: A}\n"),
                        (".kiket/issue_templates/story.yaml", "template: {name: B}\n")
                    ).Error!.Details
                )
                .Message
        );
}
